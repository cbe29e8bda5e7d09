"""What bytes say, whatever they are written in: as much of it as a search for an id needs."""

from __future__ import annotations

import gzip
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = b"PAR1"


def decoded(content: bytes) -> str:
    """Text that has every value of a file: of plain text, gzip, UTF-16 and Parquet; of all else its bytes as UTF-8.

    >>> decoded(gzip.compress("año".encode("utf-16")))
    'año'
    """
    if is_gzip(content):
        try:
            return decoded(gzip.decompress(content))
        except (OSError, EOFError, zlib.error):
            return content.decode("utf-8", "replace")
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if content.startswith(_PARQUET):
        try:
            rows = pq.read_table(pa.BufferReader(content)).to_pylist()
        except pa.ArrowException:
            return content.decode("utf-8", "replace")
        return "\n".join("\n".join(map(str, row.values())) for row in rows)
    return content.decode("utf-8", "replace")


def is_gzip(content: bytes) -> bool:
    """Whether bytes begin as gzip does."""
    return content.startswith(_GZIP)
