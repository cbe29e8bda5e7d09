"""The records of one CSV file, a block of bytes at a time; what is none costs nothing but itself.

Every record ends in one line feed, whatever it ended in. Empty lines are no records. A field is quoted as a whole or
not at all, so that all readers of CSV see the same fields in what is handed on.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv

from divisa.adapters.csv.table import RowReason
from lake.ingestion.splitting import MOST_LINES, NEWLINE, Shape, Split, split

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Bytes: TypeAlias = NDArray[np.uint8]

LONGEST: Final = 1 << 20
"""Bytes that a record may have."""
SHOWN_BYTES: Final = 1 << 12
"""So much is kept of a line that is too long."""


class FileReason(StrEnum):
    """Why something in a file is no record; of several the last counts."""

    RAGGED = RowReason.RAGGED.value
    QUOTES = "quotes"
    ENCODING = "encoding"
    NUL = "nul"
    TOO_LONG = "too_long"
    NO_OBJECT = "no_object"
    NESTED = "nested"
    UNKNOWN_COLUMN = "unknown_column"
    REPEATED_COLUMN = "repeated_column"
    NOT_A_NUMBER = RowReason.NOT_A_NUMBER.value
    NO_RECORD = "no_record"


_REASONS: Final = tuple(FileReason)
_SAYS: Final = {
    FileReason.QUOTES: f"a quote is not closed within {MOST_LINES} lines, or stands inside an unquoted field",
    FileReason.ENCODING: "is not UTF-8",
    FileReason.NUL: "has a NUL byte",
}


@dataclass(frozen=True, slots=True)
class SetAside:
    """What could not be split into the fields of the contract.

    Attributes:
        line: number of the line where it begins, from 1.
        raw: its bytes without the line end; of what is too long only the first `SHOWN_BYTES`.
        reason: why.
        says: the reason in words; repeats nothing of the line.
    """

    line: int
    raw: bytes
    reason: FileReason
    says: str


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a block, in the file's order.

    Attributes:
        text: they, as CSV without a header: each has a field for each name, is UTF-8 without NUL, and ends in one
            line feed. Blanks around fields are still there.
        lines: number of the line where each begins, from 1, int64, shape (n,).
        starts: where each begins in `text`, and where the last ends, int64, shape (n + 1,).
        names: the columns of the file, in its order.
        set_aside: what lies between them and is no record.
        delimiter: what stands between two fields.
    """

    text: bytes
    lines: Ints
    starts: Ints
    names: tuple[str, ...]
    set_aside: tuple[SetAside, ...]
    delimiter: str

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def size(self) -> int:
        """Bytes that they take up, and what was set aside among them."""
        return len(self.text) + sum(len(each.raw) for each in self.set_aside)

    def columns(self) -> pa.Table:
        """The fields of the records, as columns of strings by their names, shape (n,)."""
        if not self.text:
            return pa.table({name: pa.array([], pa.string()) for name in self.names})
        return fields(self.text, self.names, self.delimiter, quoted=True)

    def raw(self, index: int) -> bytes:
        """A record as it stood in the file."""
        begin, end = self.starts[index : index + 2].tolist()
        return self.text[begin:end]


def fields(text: bytes, names: tuple[str, ...], delimiter: str, *, quoted: bool) -> pa.Table:
    """The fields of records, as columns of strings by their names, shape (n,).

    Args:
        text: the records, at least one, as CSV without a header, each with a line feed behind it.
        names: what the fields are called.
        delimiter: what stands between two of them.
        quoted: whether quotes mean anything; without them each line is a record.

    Raises:
        pyarrow.ArrowInvalid: a record has another number of fields, or is not UTF-8.
    """
    # Arrow passes over a mark that bytes begin with, and over empty lines.
    text = b"\n" + text if text.startswith(BOM_UTF8) else text
    return pa.csv.read_csv(
        pa.BufferReader(text),
        pa.csv.ReadOptions(column_names=list(names), block_size=len(text), use_threads=False),
        pa.csv.ParseOptions(delimiter=delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted),
        pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=not text.isascii()
        ),
    )


def records_in(data: bytes, first: int, names: tuple[str, ...], shape: Shape, *, at_end: bool) -> tuple[Records, Split]:
    """The records of whole lines, and where they were found.

    Args:
        data: the lines.
        first: number of the first one, from 1.
        names: the columns of the file, in its order.
        shape: how its records look.
        at_end: whether nothing follows in the file.
    """
    found = split(data, shape, at_end=at_end)
    data = data[: found.used]
    reasons = _reasons(data, found, shape)
    there = found.starts < found.stops
    good = there & (reasons == 0)
    set_aside = _set_aside(data, found, np.flatnonzero(reasons).tolist(), reasons, first, shape)
    text, starts = _text(data, found, good)
    return Records(text, first + found.lines[good], starts, names, set_aside, chr(shape.delimiter)), found


def together(pieces: Sequence[Records]) -> Records:
    """Records of a file behind each other."""
    before = accumulate((len(piece.text) for piece in pieces), initial=0)
    starts = [piece.starts[:-1] + offset for piece, offset in zip(pieces, before, strict=False)]
    return Records(
        b"".join(piece.text for piece in pieces),
        np.concatenate([piece.lines for piece in pieces]),
        np.concatenate([*starts, [sum(len(piece.text) for piece in pieces)]]),
        pieces[0].names,
        tuple(chain.from_iterable(piece.set_aside for piece in pieces)),
        pieces[0].delimiter,
    )


def _reasons(data: bytes, found: Split, shape: Shape) -> Bytes:
    """Why each record is none, as a number in `FileReason` from 1, or 0; uint8, shape (n,)."""
    wrong = np.zeros(len(found.starts), dtype=np.uint8)
    wrong[(found.fields != shape.width) & (found.starts < found.stops)] = _code(FileReason.RAGGED)
    wrong[found.misquoted] = _code(FileReason.QUOTES)
    block = np.frombuffer(data, dtype=np.uint8)
    if not data.isascii() and not _is_utf8(data):
        for number in found.at(np.flatnonzero(block > 127)).tolist():
            if not _is_utf8(data[found.starts[number] : found.ends[number] + 1]):
                wrong[number] = _code(FileReason.ENCODING)
    if b"\0" in data:
        wrong[found.at(np.flatnonzero(block == 0))] = _code(FileReason.NUL)
    wrong[found.stops - found.starts > shape.longest] = _code(FileReason.TOO_LONG)
    return wrong


def _code(reason: FileReason) -> int:
    return _REASONS.index(reason) + 1


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _set_aside(
    data: bytes, found: Split, numbers: list[int], reasons: Bytes, before: int, shape: Shape
) -> tuple[SetAside, ...]:
    """What is no record, in words."""
    columns = (found.starts, found.stops, found.lines, found.fields, reasons)
    said: dict[tuple[int, int], str] = {}
    out = []
    for start, stop, line, fields, code in zip(*(column[numbers].tolist() for column in columns), strict=True):
        reason = _REASONS[code - 1]
        if reason is FileReason.TOO_LONG:
            stop = start + min(SHOWN_BYTES, shape.longest)
        if (says := said.get((code, fields))) is None:
            says = said[code, fields] = _says(reason, fields, shape)
        out.append(SetAside(before + line, data[start:stop], reason, says))
    return tuple(out)


def _says(reason: FileReason, fields: int, shape: Shape) -> str:
    match reason:
        case FileReason.RAGGED:
            return f"{fields} {'field' if fields == 1 else 'fields'} instead of {shape.width}"
        case FileReason.TOO_LONG:
            return f"has more than {shape.longest} bytes"
        case _:
            return _SAYS[reason]


def _text(data: bytes, found: Split, good: NDArray[np.bool_]) -> tuple[bytes, Ints]:
    """Some records behind each other, and where each begins and the last ends."""
    first, stops, ends = found.starts[good], found.stops[good], found.ends[good]
    starts = np.zeros(len(first) + 1, dtype=np.int64)
    np.cumsum(stops - first + 1, out=starts[1:])
    block = np.frombuffer(data, dtype=np.uint8)
    other = block[ends] != NEWLINE
    if len(data) == starts[-1] and not other.any():
        return data, starts
    if other.any():
        block = block.copy()
        block[ends[other]] = NEWLINE
    keep = np.ones(len(data), dtype=np.bool_)
    keep[stops[stops < ends]] = False
    bounds = np.flatnonzero(np.diff(good, prepend=True, append=True)).tolist()
    for begin, end in zip(bounds[::2], bounds[1::2], strict=True):
        keep[found.starts[begin] : found.ends[end - 1] + 1] = False
    return block[keep].tobytes(), starts
