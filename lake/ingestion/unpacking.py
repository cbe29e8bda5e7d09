"""Gzip, unpacked while it is read, with an end to what comes out of it."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidFile

if TYPE_CHECKING:
    from typing import BinaryIO

    from typing_extensions import Buffer

MAGIC: Final = b"\x1f\x8b"
MOST_BYTES: Final = 1 << 35
"""Of an unpacked file: 32 GiB."""
MOST_RATIO: Final = 200
"""Bytes that come out of one; tables come to some ten, and only a file made to fill a disk comes to a thousand."""
FREE_BYTES: Final = 1 << 20
"""A file that is no larger unpacked is small, whatever its ratio."""
_CHUNK: Final = 1 << 16
_GZIP_WINDOW: Final = 31


def is_gzip(file: BinaryIO) -> bool:
    """Whether a file begins as gzip does; it stands at its beginning before and after."""
    first = file.read(len(MAGIC))
    file.seek(0)
    return first == MAGIC


class Unpacked(io.RawIOBase):
    """What is in a gzip file, as a stream. Several files packed one behind the other are one.

    Reading raises `InvalidFile` when the file is no gzip, is damaged or ends too early, and as soon as more comes out
    of it than may: more than `most` bytes, or more than `MOST_RATIO` times what went in and `FREE_BYTES`.

    Args:
        file: the gzip file, at its beginning.
        most: bytes that it may have unpacked.
    """

    def __init__(self, file: BinaryIO, most: int = MOST_BYTES) -> None:
        super().__init__()
        self._file = file
        self._most = most
        self._unpacker = zlib.decompressobj(_GZIP_WINDOW)
        self._packed = b""
        self._begun = False  # a packed file that has not come to its end
        self._in = 0
        self._out = 0

    def readable(self) -> bool:
        """It can be read, and nothing else."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill a buffer as far as one step of unpacking does; 0 at the end."""
        view = memoryview(buffer)
        content = self._unpack(len(view))
        view[: len(content)] = content
        return len(content)

    def _unpack(self, size: int) -> bytes:
        while True:
            at_end = not (self._packed or self._fill())
            if at_end and not self._begun:
                return b""
            try:
                content = self._unpacker.decompress(self._packed, size)
            except zlib.error as error:
                raise InvalidFile("the file's name ends in .gz, and it is no sound gzip: pack it again") from error
            self._begun = not self._unpacker.eof
            self._packed = self._unpacker.unconsumed_tail
            if self._unpacker.eof:
                self._packed = self._unpacker.unused_data.lstrip(b"\0")
                self._unpacker = zlib.decompressobj(_GZIP_WINDOW)
            self._out += len(content)
            if self._out > self._most or self._out > MOST_RATIO * self._in + FREE_BYTES:
                raise InvalidFile("the file's gzip unpacks to more than a table does: hand it in unpacked, in parts")
            if content:
                return content
            if at_end and self._begun:
                raise InvalidFile("the file's gzip is cut short: hand it in again")

    def _fill(self) -> int:
        """Read on; how many bytes there are now to unpack."""
        while chunk := self._file.read(_CHUNK):
            self._in += len(chunk)
            # Zeros may be behind the last one, to fill up a block of a tape.
            self._packed = chunk if self._begun else chunk.lstrip(b"\0")
            if self._packed:
                break
        return len(self._packed)
