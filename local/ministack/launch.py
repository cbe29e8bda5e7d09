"""Runs MiniStack, and puts right what makes it slow. Its own interpreter runs this, which has no other code of ours.

Code of functions: MiniStack unpacks it anew for each process that it starts, and starts one anew after each error of a
function. So a start took a second of unpacking and of compiling what had just been unpacked. Here the same code is
unpacked once, where all processes share it and what Python compiles of it; on AWS nobody may write there either.

Iterators of streams: it keeps each for five minutes, every read makes one, and it looks through all of them at every
request. After some minutes of polling that was half of its time. Whether one is too old is asked again where it is
used, so looking for old ones can wait.

What it only pretends to do is done by the other modules of this folder, each put in when MiniStack imports its service.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from ministack.app import main
from ministack.core import lambda_runtime
from ministack.services import kinesis

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

SWEEP_SECONDS = 10.0


class SharedCode:
    """Opens an archive as `zipfile.ZipFile` does; its contents are unpacked once for all who want them."""

    _unpacking = threading.Lock()

    def __init__(self, archive: str) -> None:
        self._archive = Path(archive)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def extractall(self, path: str) -> None:
        """Put a link to the contents at `path`, an empty folder."""
        with self._archive.open("rb") as archive:
            digest = hashlib.file_digest(archive, "sha256").hexdigest()
        shared = Path(tempfile.gettempdir()) / f"code-{digest}"
        with self._unpacking:
            if not shared.exists():
                draft = shared.with_suffix(".part")
                with zipfile.ZipFile(self._archive) as contents:
                    contents.extractall(draft)
                draft.rename(shared)
        Path(path).rmdir()
        Path(path).symlink_to(shared, target_is_directory=True)


def at_most_every(seconds: float, call: Callable[[], None]) -> Callable[[], None]:
    """The call, but nothing where it was called less than so many seconds ago."""
    due = 0.0

    def sometimes() -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            due = now + seconds
            call()

    return sometimes


if __name__ == "__main__":
    lambda_runtime.zipfile = SimpleNamespace(ZipFile=SharedCode, BadZipFile=zipfile.BadZipFile)
    kinesis._expire_iterators = at_most_every(SWEEP_SECONDS, kinesis._expire_iterators)
    # Last, so that nothing of the repository takes the place of a package.
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from local.ministack.patches import install

    install()
    main()
