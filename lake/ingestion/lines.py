"""The lines of a file, a block of bytes at a time, however long a line is."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidFile
from lake.ingestion.header import MAGIC_BYTES, check_kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_LINE_END: Final = re.compile(rb"\r\n?|\n")
_FIRST_LINE: Final = re.compile(rb"[\r\n]*([^\r\n]+)(?:\r\n?|\n)")


class Lines:
    """The whole lines of a file that were read and not taken yet.

    A line that is longer than what there may be is cut short, and stays too long.

    Args:
        file: the file, at its beginning.
        size: bytes to read at a time.
        longest: bytes that a line may have.

    Attributes:
        number: of the first line, from 1.
        at_end: whether nothing follows in the file.

    Raises:
        InvalidFile: the file is empty, compressed or UTF-16.
    """

    def __init__(self, file: BinaryIO, size: int, longest: int) -> None:
        self.number = 1
        self.at_end = False
        self._file = file
        self._size = size
        self._longest = longest
        self._held = b""
        self._end = 0  # of the last whole line in it
        self._cut = False  # the last line was cut short, and its end is still to come
        first = b""
        while len(first) < MAGIC_BYTES and (more := file.read(MAGIC_BYTES - len(first))):
            first += more
        check_kind(first)
        self._hold(first.removeprefix(BOM_UTF8))

    def __iter__(self) -> Iterator[bytes]:
        """All whole lines that there are, and more each time; who asks takes those that it is done with.

        Once the end is reached all have to be taken.
        """
        while True:
            if self._end:
                yield self._held[: self._end]
            if self.at_end:
                return
            self._read()

    def first(self) -> bytes:
        """The first line that is not empty, without its line end; it is not taken by that.

        Raises:
            InvalidFile: there is none.
        """
        while (match := _FIRST_LINE.match(self._held, 0, self._end)) is None:
            if self.at_end:
                raise InvalidFile("the file is empty")
            self._skip(self._end)
            self._read()
        self._skip(match.start(1))
        return match[1]

    def skip_first(self) -> None:
        """Take the first line, as `first` has found it."""
        end = _LINE_END.search(self._held)
        self._skip(end.end() if end else 0)

    def take(self, used: int, count: int) -> None:
        """Be done with so many bytes, in which so many lines are."""
        self._held = self._held[used:]
        self._end -= used
        self.number += count

    def _skip(self, used: int) -> None:
        self.take(used, len(_LINE_END.findall(self._held, 0, used)))

    def _read(self) -> None:
        chunk = self._file.read(self._size)
        if chunk:
            self._hold(chunk)
            return
        self.at_end = True
        if self._held and not self._held.endswith((b"\n", b"\r")):
            self._held += b"\n"
        self._end = len(self._held)

    def _hold(self, chunk: bytes) -> None:
        if self._cut:
            end = _LINE_END.search(chunk)
            if end is None:
                return
            chunk = chunk[end.start() :]
            self._cut = False
        self._held += chunk
        # A carriage return at the very end may be half a line end.
        self._end = max(self._held.rfind(b"\n"), self._held.rfind(b"\r", 0, len(self._held) - 1)) + 1
        if len(self._held) - self._end > self._longest + 1 and not self._held.endswith(b"\r"):
            self._held = self._held[: self._end + self._longest + 1]
            self._cut = True
