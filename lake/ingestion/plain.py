"""Columns of texts made ready, and read as values all at once where each is spelled as most are.

Whether that is so is asked of the bytes of a whole column. Where it is not, nothing is read here, and each text is
looked at by the rules of `lake.contract.rules`, which say what a text means; what is read here means the same.
"""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from lake.contract.types import ColumnType

    Bytes: TypeAlias = NDArray[np.uint8]

_BLANK: Final = ord(" ")
"""All bytes of blanks are at most this one, or of no ASCII character."""
_STROKE: Final = ord("/")
_SHORTEST: Final = {"timestamp": len("2024-01-05T14:15:00Z"), "date": len("2024-01-05")}
"""Arrow reads shorter ones that are no values here, such as those of an hour without minutes."""
_LETTERS: Final = {"integer": b"0123456789", "decimal": b".0123456789", "double": b"-.0123456789"}


def trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts without the blanks around them, those of `str.strip`; an empty one is missing."""
    texts = column.cast(pa.string())
    if any(_bytes(chunk).view(np.int8).min(initial=_BLANK + 1) <= _BLANK for chunk in texts.chunks):
        texts = pc.utf8_trim_whitespace(texts)
    lengths = pc.binary_length(texts)
    if pc.min(lengths).as_py() == 0:
        texts = pc.if_else(pc.equal(lengths, 0), pa.scalar(None, pa.string()), texts)
    return texts


def values(texts: pa.ChunkedArray, kind: ColumnType, arrow: pa.DataType) -> pa.ChunkedArray | None:
    """The values of a column of which none is missing and each is spelled plainly; None if that is not so.

    Args:
        texts: as `trimmed` leaves them.
        kind: what they have to be.
        arrow: the same type in Arrow.
    """
    if texts.null_count or not len(texts):
        return None
    if kind.name in _SHORTEST:
        return _times(texts, kind, arrow)
    if kind.name not in _LETTERS or not all(_is_plain(chunk, kind) for chunk in texts.chunks):
        return None
    # Arrow does not tell of all decimals that are too large.
    if kind.name == "decimal" and pc.max(pc.binary_length(texts)).as_py() > kind.precision - kind.scale:
        return None
    return _cast(texts, arrow)


def _times(texts: pa.ChunkedArray, kind: ColumnType, arrow: pa.DataType) -> pa.ChunkedArray | None:
    """Days, or moments in UTC, within the years that Python knows."""
    if pc.min(pc.binary_length(texts)).as_py() < _SHORTEST[kind.name]:
        return None
    read = _cast(texts, pa.timestamp("us", "UTC") if kind.name == "timestamp" else arrow)
    if read is None:
        return None
    years = [pc.year(end(read)).as_py() for end in (pc.min, pc.max)]
    return read.cast(arrow) if years[0] >= MINYEAR and years[1] <= MAXYEAR else None


def _cast(texts: pa.ChunkedArray, arrow: pa.DataType) -> pa.ChunkedArray | None:
    try:
        return texts.cast(arrow)
    except pa.ArrowInvalid:
        return None


def _is_plain(chunk: pa.StringArray, kind: ColumnType) -> bool:
    """Whether all letters are of numbers, and a decimal's point stands between two of at most `scale` digits."""
    found = _bytes(chunk)
    letters = _LETTERS[kind.name]
    # All of them stand side by side in ASCII, but for the stroke.
    if not len(found):
        return True
    if found.min() < letters[0] or found.max() > letters[-1] or (letters[0] < _STROKE and (found == _STROKE).any()):
        return False
    return kind.name != "decimal" or _has_points_within(found, _ends(chunk), kind.scale)


def _has_points_within(found: Bytes, ends: NDArray[np.int64], scale: int) -> bool:
    """Whether each point stands behind a digit and before at most so many of them."""
    points = np.flatnonzero(found == ord("."))
    if not len(points):
        return True
    if (found[ends[:-1]] == ord(".")).any():
        return False
    # Where there are as many as texts, each is in its own, or one text has two and is no number anyway.
    own = ends[1:] if len(points) == len(ends) - 1 else ends[np.searchsorted(ends, points, side="right")]
    behind = own - points - 1
    return bool(behind.min() >= 1 and behind.max() <= scale)


def _bytes(chunk: pa.StringArray) -> Bytes:
    """All texts behind each other, uint8, shape (bytes,)."""
    content = chunk.buffers()[2]
    if content is None:
        return np.zeros(0, np.uint8)
    ends = np.frombuffer(chunk.buffers()[1], np.int32)[chunk.offset :][: len(chunk) + 1]
    return np.frombuffer(content, np.uint8)[ends[0] : ends[-1]]


def _ends(chunk: pa.StringArray) -> NDArray[np.int64]:
    """Where texts begin in their bytes, and where the last ends, int64, shape (n + 1,)."""
    ends = np.frombuffer(chunk.buffers()[1], np.int32)[chunk.offset :][: len(chunk) + 1]
    from_first: NDArray[np.int64] = np.subtract(ends, ends[0], dtype=np.int64)
    return from_first
