"""Where the records of many CSV lines begin and end, found for a whole block of bytes at once.

What a line is does not depend on quotes: it ends at a line feed, a carriage return, or both. A line with an even number
of quotes is a record. One with an odd number is one together with all lines up to the next such line, if that makes as
many fields as there must be; if not, it costs itself alone, and the next line is looked at as if it had not been there.
Only lines with an odd number of quotes are looked at one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Bytes: TypeAlias = NDArray[np.uint8]
    Mask: TypeAlias = NDArray[np.bool_]

NEWLINE, RETURN, QUOTE = b'\n\r"'
MOST_LINES: Final = 100
"""Physical lines that a record may take up."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file's records look.

    Attributes:
        delimiter: the byte between two fields, as a number.
        width: fields of a record.
        longest: bytes that a record may have, without the end of its last line.
    """

    delimiter: int
    width: int
    longest: int

    @property
    def record(self) -> re.Pattern[bytes]:
        """What a whole record matches: quotes stand around a whole field, or doubled in one that has them around it."""
        between = re.escape(bytes([self.delimiter]))
        field = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^"\r\n%b]*+)' % between
        return re.compile(rb"%b(?:%b%b){%d}" % (field, between, field, self.width - 1))


@dataclass(frozen=True, slots=True)
class Split:
    """The records of a block, empty lines among them.

    Attributes:
        starts, stops: where each begins, and where it ends without its line end, int64, shape (n,).
        ends: where the last byte of its line end stands, int64, shape (n,).
        lines: number of its first line in the block, from 0, int64, shape (n,).
        fields: how many it has, int64, shape (n,); anything where `misquoted`.
        misquoted: has a quote where none may be, or one that is not closed; bool, shape (n,).
        count: lines in all.
    """

    starts: Ints
    stops: Ints
    ends: Ints
    lines: Ints
    fields: Ints
    misquoted: Mask
    count: int

    @property
    def used(self) -> int:
        """Bytes that these records take up; what is behind them in the block needs more to be judged."""
        return int(self.ends[-1]) + 1 if len(self.ends) else 0

    def at(self, positions: Ints) -> Ints:
        """The records that bytes lie in, each once, int64."""
        return np.unique(np.searchsorted(self.ends, positions))


def split(data: bytes, shape: Shape, *, at_end: bool) -> Split:
    """Find the records of a block.

    Args:
        data: whole lines, with a line end behind the last.
        shape: how records look.
        at_end: whether nothing follows in the file.
    """
    block = np.frombuffer(data, dtype=np.uint8)
    is_end = _line_ends(data, block)
    separates = block == shape.delimiter
    if b'"' not in data:
        starts, stops, ends, fields = _fields(block, is_end, separates)
        nothing = np.zeros(len(ends), dtype=np.bool_)
        return Split(starts, stops, ends, np.arange(len(ends)), fields, nothing, len(ends))
    line_ends = np.flatnonzero(is_end)
    is_quote = block == QUOTE
    inside = _inside(is_quote)
    odd = np.flatnonzero(np.diff(inside[line_ends], prepend=np.False_))
    line_starts = _starts(line_ends)
    alone, count = _alone(data, line_starts, line_ends, odd, shape, at_end=at_end)
    length = int(line_ends[count - 1]) + 1 if count else 0
    block, is_end, separates = block[:length], is_end[:length], separates[:length]
    is_quote, inside = is_quote[:length], inside[:length]
    if alone:  # their quotes say nothing about the lines around them
        for line in alone:
            is_quote[line_starts[line] : line_ends[line]] = False
        inside = _inside(is_quote)
    misplaced = _misplaced(is_end | separates | (block == RETURN), is_quote, inside)
    last_lines = np.flatnonzero(~inside[line_ends[:count]])
    outside = ~inside
    is_end &= outside
    separates &= outside
    starts, stops, ends, fields = _fields(block, is_end, separates)
    misquoted = np.zeros(len(ends), dtype=np.bool_)
    misquoted[np.searchsorted(ends, line_ends[alone])] = True
    misquoted[np.searchsorted(ends, misplaced)] = True
    return Split(starts, stops, ends, _starts(last_lines), fields, misquoted, count)


def _line_ends(data: bytes, block: Bytes) -> Mask:
    """Whether each byte is the last one of a line."""
    is_end: Mask = block == NEWLINE
    if b"\r" in data:
        returns = np.flatnonzero(block == RETURN)
        is_end[returns[block[np.minimum(returns + 1, len(block) - 1)] != NEWLINE]] = True
    return is_end


def _fields(block: Bytes, is_end: Mask, separates: Mask) -> tuple[Ints, Ints, Ints, Ints]:
    """Where records begin, stop and end, and how many fields they have."""
    separators = np.flatnonzero(is_end | separates)
    last = np.flatnonzero(is_end[separators])
    ends = separators[last]
    return _starts(ends), _stops(block, ends), ends, np.diff(last, prepend=-1)


def _starts(ends: Ints) -> Ints:
    """Where things begin that follow each other."""
    starts = np.zeros_like(ends)
    np.add(ends[:-1], 1, out=starts[1:])
    return starts


def _stops(block: Bytes, ends: Ints) -> Ints:
    """Where lines end, without both bytes of a line end that has two."""
    stops: Ints = ends - ((block[ends] == NEWLINE) & (block[np.maximum(ends - 1, 0)] == RETURN))
    return stops


def _inside(is_quote: Mask) -> Mask:
    """Whether an odd number of quotes has come until each byte, itself included."""
    words = np.zeros(-(-len(is_quote) // 8), dtype="<u8")
    words.view(np.bool_)[: len(is_quote)] = is_quote
    for bits in (8, 16, 32):  # each byte of a word becomes the parity of those before it and itself
        words ^= words << np.uint64(bits)
    odd = (words >> np.uint64(56)).astype(np.uint8)
    before = (np.cumsum(odd, dtype=np.uint8) - odd) & 1  # overflows, which leaves odd numbers odd
    words ^= before * np.uint64(0x0101010101010101)
    inside: Mask = words.view(np.bool_)[: len(is_quote)]
    return inside


def _alone(
    data: bytes, line_starts: Ints, line_ends: Ints, odd: Ints, shape: Shape, *, at_end: bool
) -> tuple[list[int], int]:
    """The lines with an odd number of quotes that are part of no record, and how many lines can be judged at all."""
    block = np.frombuffer(data, dtype=np.uint8)
    lines, starts = odd.tolist(), line_starts[odd].tolist()
    stops = _stops(block, line_ends[odd]).tolist()
    record, count = shape.record, len(line_ends)
    alone: list[int] = []
    number = 0
    while number < len(lines):
        line, start = lines[number], starts[number]
        if number + 1 < len(lines):
            stop = stops[number + 1]
            short = lines[number + 1] - line < MOST_LINES and stop - start <= shape.longest
            if short and record.fullmatch(data, start, stop):
                number += 2
                continue
        elif not at_end and count - line < MOST_LINES and len(data) - start <= shape.longest:
            return alone, line
        alone.append(line)
        number += 1
    return alone, count


def _misplaced(between: Mask, is_quote: Mask, inside: Mask) -> Ints:
    """The quotes that neither stand around a whole field nor are doubled.

    Args:
        between: whether each byte is a delimiter or of a line end.
        is_quote: whether it is a quote.
        inside: whether an odd number of quotes has come until it.
    """
    fits = between | is_quote
    wrong = is_quote & inside
    wrong[0:1] = False
    wrong[1:] &= ~fits[:-1]
    wrong[:-1] |= is_quote[:-1] & ~inside[:-1] & ~fits[1:]
    return np.flatnonzero(wrong)
