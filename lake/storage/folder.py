"""Objects as files of a folder: for tests, and for trying the lake out without any cloud."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import NotFound
from lake.storage.objects import Stored

if TYPE_CHECKING:
    from collections.abc import Iterator

_MISSING: Final = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


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
        inside = self._root / prefix.rpartition("/")[0]
        paths = (path for path in inside.rglob("*") if path.is_file())
        found = (stored for path in paths if (stored := self._stored(path)) is not None)
        yield from sorted(each for each in found if each.key.startswith(prefix))

    def find(self, key: str) -> Stored | None:
        """The file, if there is one."""
        try:
            return self._stored(self._path(key))
        except NotFound:
            return None

    def read(self, key: str) -> bytes:
        """What the file has."""
        try:
            return self._path(key).read_bytes()
        except _MISSING as error:
            raise NotFound(key) from error

    def fetch(self, key: str, to: Path) -> None:
        """Copy the file."""
        try:
            shutil.copyfile(self._path(key), to)
        except _MISSING as error:
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

    def put_over(self, key: str, content: bytes, tag: str | None) -> bool:
        """Write the file in one move, if the one that is there has this tag."""
        if tag is None:
            return self.put_new(key, content)
        with (self._drafts / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            there = self.find(key)
            if there is None or there.tag != tag:
                return False
            self.put(key, content)
        return True

    def put_file(self, key: str, file: Path) -> None:
        """Copy a file to here in one move."""
        draft = self._draft(b"")
        shutil.copyfile(file, draft)
        draft.replace(self._place(key))

    def remove(self, key: str) -> None:
        """Delete the file."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        """Where the object lies; none lies outside of the folder, whatever its key says."""
        if key.startswith("/") or {"..", "."} & set(PurePosixPath(key).parts):
            raise NotFound(key)
        return self._root / key

    def _place(self, key: str) -> Path:
        path = self._path(key)
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
        except _MISSING:
            return None
        if not stat.S_ISREG(what.st_mode):
            return None
        key = path.relative_to(self._root).as_posix()
        return Stored(
            key, what.st_size, datetime.fromtimestamp(what.st_mtime, UTC), f"{what.st_mtime_ns:x}-{what.st_ino:x}"
        )
