"""Where the fields of many CSV lines lie, found for a whole block of bytes at once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Bytes: TypeAlias = NDArray[np.uint8]
    Words: TypeAlias = NDArray[np.uint64]

_COMMA, _NEWLINE, _RETURN, _QUOTE = b',\n\r"'
_WORD = 8
_FIRST_BYTES = np.array([(1 << (_WORD * count)) - 1 for count in range(_WORD + 1)], dtype="<u8")
"""What leaves so many bytes of a word."""
LONGEST = 64
"""Bytes of a field that can be read at once."""


@dataclass(frozen=True, slots=True)
class Fields:
    """One field of n lines.

    Attributes:
        block: the bytes that the fields lie in, and some more behind the last.
        starts, ends: where each begins and ends, int64, shape (n,).
    """

    block: Bytes
    starts: Ints
    ends: Ints

    @property
    def lengths(self) -> Ints:
        """Bytes of each field, shape (n,)."""
        return self.ends - self.starts

    def text(self, row: int) -> str:
        """A field as text, without blanks around it."""
        return bytes(self.block[self.starts[row] : self.ends[row]]).decode().strip()

    def where(self, rows: NDArray[Any]) -> Fields:
        """The field of some lines only, by index or mask."""
        return Fields(self.block, self.starts[rows], self.ends[rows])

    def words(self, length: int) -> Words:
        """The first bytes of each field, eight a number, zeros behind its end.

        Args:
            length: how many bytes, at most `LONGEST`.

        Returns:
            Little-endian numbers, shape (n, as many as that takes).
        """
        count, lengths = -(-length // _WORD), self.lengths
        # A word begins at every byte: the bytes of a field are gathered eight at a time.
        everywhere = np.ndarray((len(self.block) - _WORD + 1,), dtype="<u8", buffer=self.block, strides=(1,))
        out = np.empty((len(lengths), count), dtype="<u8")
        for number in range(count):
            there = np.clip(lengths - number * _WORD, 0, _WORD)
            out[:, number] = everywhere[self.starts + number * _WORD] & _FIRST_BYTES[there]
        return out

    def characters(self, length: int) -> Bytes:
        """The first bytes of each field, 0 behind its end; uint8, shape (at least length, n)."""
        return np.ascontiguousarray(self.words(length).view(np.uint8).T)


@dataclass(frozen=True, slots=True)
class Cells:
    """The lines of a block that have as many fields as they must.

    Attributes:
        block: the bytes, and some more behind the last.
        starts, ends: where fields begin and end, int64, shape (fields, lines).
        lines: numbers of these lines in the block, from 0, int64.
        ragged: numbers of the lines that have more or fewer fields, and how many, int64, shape (lines, 2).
        count: lines of the block, blank ones included.
    """

    block: Bytes
    starts: Ints
    ends: Ints
    lines: Ints
    ragged: Ints
    count: int

    def field(self, number: int) -> Fields:
        """A column."""
        return Fields(self.block, self.starts[number], self.ends[number])


def cells(text: bytes, width: int) -> Cells | None:
    """Find the fields of whole lines, as Python's `csv` would.

    Quotes around fields are taken away where nothing in them needs them.

    Args:
        text: lines, with a newline behind the last.
        width: fields that a line must have.

    Returns:
        None where it takes a real CSV reader: quoted commas, quotes or line ends, lone carriage returns, or a line
        longer than a field may be.
    """
    block = _unquoted(np.frombuffer(text, dtype=np.uint8))
    if block is None:
        return None
    returns = np.flatnonzero(block == _RETURN)
    if len(returns) and (block[np.minimum(returns + 1, len(block) - 1)] != _NEWLINE).any():
        return None
    separators = np.flatnonzero((block == _COMMA) | (block == _NEWLINE))
    last = np.flatnonzero(block[separators] == _NEWLINE)
    ends = separators[last]
    starts = np.concatenate([[0], ends[:-1] + 1])
    if (ends - starts).max(initial=0) > csv.field_size_limit():
        return None
    if len(returns):
        ends = ends - np.isin(ends - 1, returns)
    fields = np.diff(last, prepend=-1)
    blank = ends == starts
    good = np.flatnonzero((fields == width) & ~blank)
    bad = np.flatnonzero((fields != width) & ~blank)
    if len(good) * width == len(separators):
        inner = separators.reshape(-1, width)
    else:
        inner = separators[last[good, None] - width + 1 + np.arange(width)]
    field_ends = np.ascontiguousarray(inner.T)
    field_starts = np.empty_like(field_ends)
    field_starts[0] = starts[good]
    np.add(field_ends[:-1], 1, out=field_starts[1:])
    field_ends[-1] = ends[good]
    return Cells(
        np.concatenate([block, np.zeros(LONGEST + _WORD, dtype=np.uint8)]),
        starts=field_starts,
        ends=field_ends,
        lines=good,
        ragged=np.stack([bad, fields[bad]], axis=1),
        count=len(last),
    )


def _unquoted(block: Bytes) -> Bytes | None:
    """The block without quotes around whole fields; None where a quote means more than that."""
    is_quote = block == _QUOTE
    if not is_quote.any():
        return block
    inside = (np.cumsum(is_quote) % 2).astype(np.bool_)
    between = (block == _COMMA) | (block == _NEWLINE) | (block == _RETURN)
    if inside[-1] or (inside & between).any():
        return None
    quotes = np.flatnonzero(is_quote)
    opening, closing = quotes[::2], quotes[1::2]
    if ((closing == opening + 1) & (block[opening - 1] != _COMMA) & (block[closing + 1] != _COMMA)).any():
        return None  # a line with an empty field is not a blank one
    if not (between[closing + 1].all() and (between[opening - 1] | (opening == 0)).all()):
        return None
    return np.asarray(block[~is_quote])
