"""What lies at an S3 address, as files of one folder; `file://` addresses are files as they are."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from local.retraining.errors import RetrainingFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class FolderStore:
    """Objects as files.

    Args:
        root: a bucket is a folder of it, a key a path in that.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, address: str) -> Path:
        """Where an address lies, whether or not anything is there.

        Raises:
            RetrainingFailed: it is neither `s3://` nor `file://`, or leads out of its bucket.
        """
        parts = urlsplit(address)
        if parts.scheme == "file":
            return self._root.__class__(unquote(parts.path))
        path = (self._root / parts.netloc / parts.path.lstrip("/")).resolve()
        if parts.scheme != "s3" or not path.is_relative_to((self._root / parts.netloc).resolve()):
            raise RetrainingFailed("storage", f"{address} is no address that files can have")
        return path

    def take(self, address: str, folder: Path) -> None:
        """Make a folder hold what an address begins, as links; an object goes there by its last name.

        Raises:
            RetrainingFailed: there is nothing.
        """
        found = dict(self._objects(address))
        if not found:
            raise RetrainingFailed("storage", f"there is nothing at {address}")
        for name, path in found.items():
            link = folder / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)

    def holds(self, address: str) -> bool:
        """Whether there is anything at an address."""
        return next(self._objects(address), None) is not None

    def digest(self, address: str) -> str:
        """A hash of all that an address begins, names and bytes."""
        digest = hashlib.sha256()
        for name, path in sorted(self._objects(address)):
            with path.open("rb") as content:
                digest.update(f"{name}\0{hashlib.file_digest(content, 'sha256').hexdigest()}\n".encode())
        return digest.hexdigest()

    def _objects(self, address: str) -> Iterator[tuple[str, Path]]:
        start = self.path(address)
        if start.is_file():
            yield start.name, start.resolve()
        for folder, _, names in os.walk(start, followlinks=True):
            for name in names:
                path = start.__class__(folder) / name
                yield path.relative_to(start).as_posix(), path.resolve()
