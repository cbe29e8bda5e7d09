"""Objects as files of a folder: for tests, and for trying the lake out without any cloud."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from divisa.domain.errors import NotFound
from lake.storage.objects import Stored

if TYPE_CHECKING:
    from collections.abc import Iterator


class FolderObjects:
    """`Objects` under one folder, which nothing else lives in."""

    def __init__(self, root: Path) -> None:
        """Keep objects under `root`, an absolute path; it is made where it is missing."""
        self._root = root
        self._drafts = root.with_name(f"{root.name}.drafts")
        for folder in (self._root, self._drafts):
            folder.mkdir(parents=True, exist_ok=True)

    def uri(self, key: str) -> str:
        """The path of a file."""
        return str(self._root / key)

    def listed(self, prefix: str) -> Iterator[Stored]:
        """All files whose path in the folder begins so."""
        begin = self._root / prefix
        inside = begin if prefix.endswith("/") else begin.parent
        paths = (path for path in inside.rglob("*") if path.is_file())
        found = (stored for path in paths if (stored := self._stored(path)) is not None)
        yield from sorted(each for each in found if each.key.startswith(prefix))

    def find(self, key: str) -> Stored | None:
        """The file, if there is one."""
        return self._stored(self._root / key)

    def read(self, key: str) -> bytes:
        """What the file has."""
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(key) from error

    def fetch(self, key: str, to: Path) -> None:
        """Copy the file."""
        try:
            shutil.copyfile(self._root / key, to)
        except FileNotFoundError as error:
            raise NotFound(key) from error

    def put(self, key: str, content: bytes) -> None:
        """Write the file in one move."""
        self._draft(content).replace(self._place(key))

    def put_new(self, key: str, content: bytes) -> bool:
        """Write the file in one move, unless it is there."""
        draft = self._draft(content)
        try:
            os.link(draft, self._place(key))
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        return True

    def put_file(self, key: str, file: Path) -> None:
        """Copy a file to here in one move."""
        draft = self._draft(b"")
        shutil.copyfile(file, draft)
        draft.replace(self._place(key))

    def remove(self, key: str) -> None:
        """Delete the file."""
        (self._root / key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _draft(self, content: bytes) -> Path:
        handle, name = tempfile.mkstemp(dir=self._drafts)
        with os.fdopen(handle, "wb") as draft:
            draft.write(content)
        return Path(name)

    def _stored(self, path: Path) -> Stored | None:
        try:
            what = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        key = path.relative_to(self._root).as_posix()
        return Stored(key, what.st_size, datetime.fromtimestamp(what.st_mtime, UTC))
