"""A CSV contract as a stream of rows, and what its fields may be.

A file that cannot be the contract (missing, empty, wrong header, not text) is refused as a whole. A row that cannot
be used is told to the caller, with its line and a reason, and the stream goes on. Messages name fields and never
repeat what is in them: a ledger is private.
"""

from __future__ import annotations

import csv
import io
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from divisa.domain.errors import InvalidFile, InvalidRow, UnknownPair
from divisa.domain.pair import Pair
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO, TypeAlias

    OnReject: TypeAlias = Callable[[InvalidRow], None]

MAX_DIGITS = 18
"""Digits of a number, before and after the point together."""
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_NO_NUMBER = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)


class RowReason(StrEnum):
    """Why a row of a CSV contract cannot be used."""

    RAGGED = "ragged"
    BAD_TIME = "bad_time"
    BAD_NUMBER = "bad_number"
    NOT_A_NUMBER = "not_a_number"
    NOT_POSITIVE = "not_positive"
    UNKNOWN_PAIR = "unknown_pair"
    UNKNOWN_SIDE = "unknown_side"
    UNKNOWN_LANGUAGE = "unknown_language"
    NO_USER = "no_user"
    NO_GROUP = "no_group"
    BAD_FLAG = "bad_flag"
    CROSSED = "crossed"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"


class Unusable(Exception):
    """A row cannot be used; the reader that knows file and line makes an `InvalidRow` of it."""

    def __init__(self, reason: RowReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Table:
    """The rows of one file.

    Args:
        path: the file.
        header: its first line, exactly.
        on_reject: told each row that cannot be used.
    """

    def __init__(self, path: Path, header: Sequence[str], on_reject: OnReject) -> None:
        self._path = path
        self._header = list(header)
        self._on_reject = on_reject
        self._line = 0

    def __iter__(self) -> Iterator[list[str]]:
        """Rows with as many fields as the header, without blanks around them.

        Raises:
            InvalidFile: the file is missing, empty, has another header or no rows, or is not UTF-8 text.
        """
        with opened(self._path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            yield from self._rows(csv.reader(text))

    def reject(self, problem: Unusable) -> None:
        """Tell the caller about the row that was yielded last."""
        self._on_reject(InvalidRow(self._path.name, self._line, problem.reason.value, str(problem)))

    def _rows(self, reader: Reader) -> Iterator[list[str]]:
        check_header(self._path, next(reader, None), self._header)
        self._line = reader.line_num
        found = False
        for row in numbered(reader):
            self._line = reader.line_num
            if not row:
                continue
            found = True
            if len(row) == len(self._header):
                yield [field.strip() for field in row]
            else:
                self.reject(Unusable(RowReason.RAGGED, f"{len(row)} fields instead of {len(self._header)}"))
        if not found:
            raise no_rows(self._path)


def numbered(reader: Reader, before: int = 0) -> Iterator[list[str]]:
    """The rows of a reader that begins behind so many lines.

    Raises:
        csv.Error: something is no CSV; says near which line.
    """
    try:
        yield from reader
    except csv.Error as error:
        raise csv.Error(f"near line {before + reader.line_num}: {error}") from error


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file of some contract, to read.

    Raises:
        InvalidFile: it is missing or cannot be opened, or turned out while it was read to be no CSV in UTF-8.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise InvalidFile(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidFile(f"{path} is not UTF-8 text") from error
    except csv.Error as error:
        raise InvalidFile(f"{path} is not CSV {error}") from error


def check_header(
    path: Path, header: Sequence[str] | None, needed: Sequence[str], optional: Sequence[str] = ()
) -> list[str]:
    """The names in a file's first line.

    Args:
        path: the file.
        header: its first line; None when it has none.
        needed: the names that it must have, in their order.
        optional: names that may stand behind those, in their order.

    Raises:
        InvalidFile: it has none, or others.
    """
    must = f"its first line must be {','.join(needed)}{f' (and {chr(44).join(optional)})' if optional else ''}"
    if header is None:
        raise InvalidFile(f"{path} is empty; {must}")
    names = [name.strip() for name in header]
    if names not in ([*needed, *optional[:more]] for more in range(len(optional) + 1)):
        raise InvalidFile(f"{path} has another header; {must}")
    return names


def no_rows(path: Path) -> InvalidFile:
    """What is wrong with a file that ends after its header."""
    return InvalidFile(f"{path} has a header and no rows")


def pair_of(text: str) -> Pair:
    """A pair such as USD/MXN.

    Raises:
        Unusable: it is none.
    """
    try:
        return Pair.parse(text)
    except UnknownPair as error:
        raise Unusable(RowReason.UNKNOWN_PAIR, "pair is not a currency pair such as USD/MXN") from error


def moment_of(field: str, text: str) -> datetime:
    """A moment in UTC from ISO 8601 with an offset or Z.

    Raises:
        Unusable: it is none, or has no offset.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unusable(RowReason.BAD_TIME, f"{field} is not a time such as 2024-01-05T14:15:00Z") from error
    raise Unusable(RowReason.BAD_TIME, f"{field} has no offset from UTC, such as Z at its end")


def positive(field: str, text: str) -> Decimal:
    """A positive number in plain decimal notation.

    Raises:
        Unusable: it is none.
    """
    number = _number(field, text)
    if number <= 0:
        raise Unusable(RowReason.NOT_POSITIVE, f"{field} is not above zero")
    return number


def not_negative(field: str, text: str) -> Decimal:
    """Zero or a positive number in plain decimal notation.

    Raises:
        Unusable: it is none.
    """
    number = _number(field, text)
    if number < 0:
        raise Unusable(RowReason.NOT_POSITIVE, f"{field} is below zero")
    return number


def probability_of(text: str) -> float:
    """A number from 0 to 1, exponents allowed.

    Raises:
        Unusable: it is none.
    """
    try:
        value = float(text)
    except ValueError as error:
        raise Unusable(RowReason.BAD_NUMBER, "a probability is not a number") from error
    if not 0.0 <= value <= 1.0:
        raise Unusable(RowReason.NOT_A_NUMBER, "a probability is not between 0 and 1")
    return value


def user_of(text: str) -> str:
    """Somebody's name.

    Raises:
        Unusable: it is empty.
    """
    if not text:
        raise Unusable(RowReason.NO_USER, "user_id is empty")
    return text


def side_of(text: str) -> Side:
    """BUY or SELL.

    Raises:
        Unusable: it is neither.
    """
    if text not in Side.__members__:
        raise Unusable(RowReason.UNKNOWN_SIDE, "side is neither BUY nor SELL")
    return Side(text)


def group_of(text: str) -> str:
    """A group's name.

    Raises:
        Unusable: it is empty.
    """
    if not text:
        raise Unusable(RowReason.NO_GROUP, "group is empty")
    return text


def flag_of(field: str, text: str) -> bool:
    """Yes or no.

    Raises:
        Unusable: it is neither true, 1, false nor 0.
    """
    try:
        return _FLAGS[text.lower()]
    except KeyError as error:
        raise Unusable(RowReason.BAD_FLAG, f"{field} is neither true nor false") from error


def _number(field: str, text: str) -> Decimal:
    if _NO_NUMBER.fullmatch(text):
        raise Unusable(RowReason.NOT_A_NUMBER, f"{field} is not a finite number")
    if not _NUMBER.fullmatch(text) or sum(map(str.isdigit, text)) > MAX_DIGITS:
        raise Unusable(RowReason.BAD_NUMBER, f"{field} is not a decimal number of at most {MAX_DIGITS} digits")
    return Decimal(text)
