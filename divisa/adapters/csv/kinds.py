"""What a field may be, once for one text and once for many: the second knows the usual spellings only.

The rule for one text is the definition. `many` answers for a column at once and says for which rows it is sure; the
others are asked one by one, so that it decides nothing but the speed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from divisa.adapters.csv.cells import LONGEST
from divisa.adapters.csv.table import Unusable, moment_of, probability_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from divisa.adapters.csv.cells import Fields

Rule = Callable[[str], Any]
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
SECOND: Final = 1_000_000
"""In microseconds."""

_ZERO, _NINE, _DOT, _MINUS, _PLUS, _COLON, _SPACE, _T, _Z = b"09.-+: TZ"
_LONGEST_MOMENT = 32
_EXACT_DIGITS = 15
"""A number of so many digits is exact in a float64, and so is the power of ten that it is divided by."""


class Kind(Protocol):
    """A kind of field, which keeps what it needs of one file while that is read."""

    dtype: Any

    def one(self, text: str) -> Any:
        """The value as it is stored.

        Raises:
            Unusable: the text is none.
        """

    def many(self, fields: Fields) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """The values, shape (n,), and for which of them they are sure."""


@dataclass(slots=True)
class Name:
    """A value out of not too many, stored as its number in `values`.

    Attributes:
        rule: the value of a text.
        values: in the order in which they first occur.
    """

    rule: Rule
    values: list[Any] = field(default_factory=list)
    dtype: Any = np.int32
    _numbers: dict[Any, int] = field(default_factory=dict)
    _known: dict[bytes, int] = field(default_factory=dict)

    def one(self, text: str) -> int:
        """The number of a text's value."""
        value = self.rule(text)
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number

    def many(self, fields: Fields) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """The numbers of the texts' values; sure where there is one."""
        usual = fields.lengths <= LONGEST
        out = np.full(len(usual), -1, dtype=np.int32)
        some = fields if usual.all() else fields.where(usual)
        if len(some.starts):
            first, which = _distinct(some.words(int(some.lengths.max())))
            out[usual] = np.array([self._number(some, row) for row in first.tolist()], dtype=np.int32)[which]
        return out, out >= 0

    def _number(self, fields: Fields, row: int) -> int:
        raw = bytes(fields.block[fields.starts[row] : fields.ends[row]])
        number = self._known.get(raw)
        if number is None:
            try:
                number = self.one(raw.decode().strip())
            except Unusable:
                return -1
            self._known[raw] = number
        return number


@dataclass(slots=True)
class Moment:
    """A moment in UTC, stored as microseconds since 1970."""

    name: str
    dtype: Any = np.int64

    def one(self, text: str) -> int:
        """The microseconds of a text."""
        return (moment_of(self.name, text) - EPOCH) // MICROSECOND

    def many(self, fields: Fields) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Sure for dates from 1900 to 2199, to the second or with 3 or 6 more digits, and Z or an offset."""
        byte = fields.characters(_LONGEST_MOMENT)
        year, month, day, hour, minute, second = (
            _digits(byte[at : at + count]) for at, count in ((0, 4), (5, 2), (8, 2), (11, 2), (14, 2), (17, 2))
        )
        between = byte[10]
        sure = (between == _T) | (between == _SPACE)
        for at, sign in ((4, _MINUS), (7, _MINUS), (13, _COLON), (16, _COLON)):
            sure &= byte[at] == sign
        sure &= (year >= 1900) & (year < 2200) & (month >= 1) & (month <= 12) & (day >= 1)
        sure &= (hour >= 0) & (hour < 24) & (minute >= 0) & (minute < 60) & (second >= 0) & (second < 60)
        months = np.where(sure, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
        firsts = months.astype("datetime64[D]").astype(np.int64)
        length = (months + 1).astype("datetime64[D]").astype(np.int64) - firsts
        sure &= day <= length
        seconds = ((firsts + day - 1) * 24 + hour) * 3600 + minute * 60 + second

        fraction, tail = np.zeros(len(sure), dtype=np.int64), np.full(len(sure), 19)
        if (fractional := byte[19] == _DOT).any():
            thousandths, millionths = _digits(byte[20:23]), _digits(byte[20:26])
            fraction = np.where(fractional, np.where(millionths >= 0, millionths, thousandths * 1000), 0)
            tail = np.where(fractional, np.where(millionths >= 0, 26, 23), tail)
            sure &= fraction >= 0
        offset, known = _offsets(byte, tail, fields.lengths)
        return (seconds - offset) * SECOND + fraction, sure & known


@dataclass(slots=True)
class Number:
    """A decimal number, stored as its digits and how many of them stand behind the point.

    Attributes:
        rule: the `Decimal` of a text.
        least: the smallest number of digits' worth that is sure to be one: 1 where zero is none.
    """

    rule: Rule
    least: int = 1
    dtype: Any = np.dtype([("digits", np.int64), ("places", np.int8)])

    def one(self, text: str) -> tuple[int, int]:
        """Digits and places of a text."""
        number: Decimal = self.rule(text)
        places = -int(number.as_tuple().exponent)
        return int(number.scaleb(places)), places

    def many(self, fields: Fields) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Sure for positive numbers of at most 15 digits without a sign."""
        lengths = fields.lengths
        digits, places = np.zeros(len(lengths), dtype=np.int64), np.zeros(len(lengths), dtype=np.int8)
        sure, dotted = (lengths > 0) & (lengths <= _EXACT_DIGITS + 1), np.zeros(len(lengths), dtype=np.bool_)
        for at, byte in enumerate(fields.characters(int(np.clip(lengths.max(initial=1), 1, _EXACT_DIGITS + 1)))):
            there = lengths > at
            is_digit = (byte >= _ZERO) & (byte <= _NINE)
            is_dot = byte == _DOT
            sure &= is_digit | (is_dot & ~dotted & (lengths > at + 1) & bool(at)) | ~there
            digits = np.where(is_digit & there, digits * 10 + (byte.astype(np.int64) - _ZERO), digits)
            places += (is_digit & dotted & there).astype(np.int8)
            dotted |= is_dot & there
        out = np.empty(len(lengths), dtype=self.dtype)
        out["digits"], out["places"] = digits, places
        return out, sure & (digits >= self.least) & (lengths - dotted <= _EXACT_DIGITS)


@dataclass(slots=True)
class Probability:
    """A number from 0 to 1, stored as float64."""

    dtype: Any = np.float64

    def one(self, text: str) -> float:
        """The number of a text."""
        return probability_of(text)

    def many(self, fields: Fields) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Sure for what `Number` is sure of."""
        numbers, sure = Number(probability_of, least=0).many(fields)
        values = floats(numbers)
        return values, sure & (values <= 1.0)


_POWERS = np.array([float(10**places) for places in range(19)])


def floats(numbers: NDArray[Any]) -> NDArray[np.float64]:
    """A column of `Number` as float64, each rounded as its text would be."""
    out = numbers["digits"] / _POWERS[numbers["places"]]
    for row in np.flatnonzero(np.abs(numbers["digits"]) >= 2**53).tolist():
        out[row] = float(decimal(numbers[row]))
    return np.asarray(out)


def decimal(number: Any) -> Decimal:
    """One value of a column of `Number`, exactly."""
    return Decimal(int(number["digits"])).scaleb(-int(number["places"]))


def _digits(byte: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The numbers that columns of bytes spell, shape (n,); −1 where they are not all digits."""
    out, good = np.zeros(byte.shape[1], dtype=np.int64), np.ones(byte.shape[1], dtype=np.bool_)
    for column in byte:
        good &= (column >= _ZERO) & (column <= _NINE)
        out = out * 10 + (column.astype(np.int64) - _ZERO)
    return np.where(good, out, -1)


def _offsets(
    byte: NDArray[np.uint8], tail: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Seconds that clocks are ahead of UTC, as spelled from some byte on to the end, and whether they are sure."""
    everyone = np.arange(len(tail))
    zone = byte[tail, everyone]
    offset, known = np.zeros(len(tail), dtype=np.int64), (zone == _Z) & (lengths == tail + 1)
    rest = np.flatnonzero(~known & (lengths == tail + 6) & ((zone == _PLUS) | (zone == _MINUS)))
    if len(rest):
        spelled = byte[tail[rest] + np.arange(1, 6)[:, None], rest]
        hours, minutes = _digits(spelled[:2]), _digits(spelled[3:])
        offset[rest] = np.where(zone[rest] == _PLUS, 1, -1) * (hours * 3600 + minutes * 60)
        known[rest] = (spelled[2] == _COLON) & (hours >= 0) & (hours < 24) & (minutes >= 0) & (minutes < 60)
    return offset, known


def _distinct(words: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of rows of numbers, the index of one of each sort, and which sort each row is of."""
    mixed = np.zeros(len(words), dtype=np.uint64)
    for column in words.T:
        mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    _, first, which = np.unique(mixed, return_index=True, return_inverse=True)
    if not np.array_equal(words[first][which], words):  # two sorts with one hash
        _, first, which = np.unique(words, axis=0, return_index=True, return_inverse=True)
    return first, which.reshape(-1)
