"""A contract: everything that there is to say about one dataset, said once."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Self

import sqlglot
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from sqlglot import expressions

from divisa.domain.feed import DATASET
from lake.contract.types import ColumnType

COLUMN: Final = r"^[a-z][a-z0-9_]{0,39}$"
_LASTING = re.compile(r"([1-9][0-9]*) (minute|hour|day)s?")


class Pii(StrEnum):
    """How personal a column is."""

    NONE = "none"
    PSEUDONYM = "pseudonym"  # an id that tells a person to whoever has the key
    QUASI = "quasi"  # tells a person together with other columns: a position, a date of hire
    DIRECT = "direct"  # a name, an address, a phone number


class Period(StrEnum):
    """What rows that lie together have in common."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Sink(StrEnum):
    """Where silver rows are loaded to beside the lake."""

    WAREHOUSE = "warehouse"
    RELATIONAL = "relational"


def _type(value: Any) -> Any:
    return ColumnType.parse(value) if isinstance(value, str) else value


def _lasting(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _LASTING.fullmatch(value)
    if match is None:
        raise ValueError("is no time span such as 15 minutes, 26 hours or 3 days")
    return int(match[1]) * timedelta(**{f"{match[2]}s": 1})


def _misplaced(problem: str, *place: str | int) -> PydanticCustomError:
    """What is wrong with a contract, and where that stands in it."""
    return PydanticCustomError("contract", "{problem}", {"problem": problem, "place": place})


Lasting = Annotated[timedelta, BeforeValidator(_lasting)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Column(_Strict):
    """A column of a dataset.

    Attributes:
        type: what its values are.
        about: what they mean, in a line.
        unit: of a number: a currency, `kWh`, `degrees`.
        nullable: whether a value may be missing.
        optional: whether a file may have no such column at all; then nobody has a value.
        pii: how personal it is.
        subject: whom its values are ids of, in a word such as `user`: one id under one word is one person everywhere.
        above, least, most: bounds of a number; the first is itself excluded.
        digits: digits of an exact number as it is written, before and behind the point together.
        longest: characters of a string.
        pattern: what all of a string has to match.
        is_pair: whether a string is a currency pair such as USD/MXN, of two currencies that Divisa knows.
        one_of: the values that there are.
        example: a value as a file has it.
    """

    type: Annotated[ColumnType, BeforeValidator(_type)]
    about: str = Field(min_length=1)
    unit: str | None = None
    nullable: bool = False
    optional: bool = False
    pii: Pii = Pii.NONE
    subject: str | None = Field(default=None, pattern=COLUMN)
    above: float | None = None
    least: float | None = None
    most: float | None = None
    digits: int | None = Field(default=None, gt=0)
    longest: int | None = Field(default=None, gt=0)
    pattern: str | None = None
    is_pair: bool = False
    one_of: tuple[str, ...] | None = Field(default=None, min_length=1)
    example: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _checks_fit(self) -> Self:
        for name in ("above", "least", "most"):
            if getattr(self, name) is not None and not self.type.is_number:
                raise _misplaced(f"`{name}` is for numbers, and this is of type {self.type}", name)
        if self.digits is not None and self.type.name not in {"integer", "decimal"}:
            raise _misplaced(f"`digits` is for exact numbers, and this is of type {self.type}", "digits")
        for name in ("longest", "pattern", "is_pair", "one_of"):
            if getattr(self, name) and self.type.name != "string":
                raise _misplaced(f"`{name}` is for strings, and this is of type {self.type}", name)
        if self.subject is not None and self.pii is not Pii.PSEUDONYM:
            raise _misplaced("`subject` is for ids of persons, which are `pii: pseudonym`", "subject")
        if self.optional and not self.nullable:
            raise _misplaced("a column that is `optional` is `nullable` as well", "optional")
        return self


class RowCheck(_Strict):
    """What the columns of a row have to be to each other.

    Attributes:
        reason: why a row is set aside that is not: a word.
        must: a condition in SQL.
        says: the reason in words; repeats no value.
    """

    reason: str = Field(pattern=COLUMN)
    must: str = Field(min_length=1)
    says: str = Field(min_length=1)

    @field_validator("must")
    @classmethod
    def _parses(cls, must: str) -> str:
        try:
            sqlglot.parse_one(must, read="spark")
        except sqlglot.ParseError as error:
            raise ValueError("is no condition in SQL") from error
        return must

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it looks at."""
        return frozenset(each.name for each in sqlglot.parse_one(self.must, read="spark").find_all(expressions.Column))


class Feed(_Strict):
    """How a file is written.

    Attributes:
        header: whether its first line has the names of its columns.
        delimiter: what stands between two values: a sign of ASCII, or a tab.
    """

    header: bool = True
    delimiter: str = Field(default=",", pattern=r"^[\t!#-/:-@\[-`{-~]$")


class Contract(_Strict):
    """One dataset.

    Attributes:
        dataset: its name, which is also that of its file, its tables and its folder.
        about: what a row is.
        owner: who answers for it.
        feed: how a file of it is written.
        columns: in their order in a file, by name.
        checks: of whole rows.
        key: the columns that tell one row from another.
        order: of rows with the same key the one counts that has most of this column, and of those the greatest in all
            its columns: the same one, in whatever order they come. None where rows with the same key are the same.
        event_time: the column that says when a row happened; None where rows are without a time, as of a register.
        partition: rows of the same period lie together.
        merge_window: a row that happened as much earlier than the newest is merged; an older one is kept apart. None
            where it is merged however old it is.
        freshness: so much may pass until there are new rows.
        market_hours: whether new rows are promised while currency markets are open only.
        tolerated: the part of a day's rows that may be set aside before its owner is told.
        keep: so long rows are kept; None for ever.
        sinks: where they are loaded to as well.
    """

    dataset: str = Field(pattern=DATASET)
    about: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    feed: Feed = Feed()
    columns: dict[Annotated[str, Field(pattern=COLUMN)], Column] = Field(min_length=1)
    checks: tuple[RowCheck, ...] = ()
    key: tuple[str, ...] = Field(min_length=1)
    order: str | None = None
    event_time: str | None = None
    partition: Period | None = None
    merge_window: Lasting | None = None
    freshness: Lasting
    market_hours: bool = False
    tolerated: float = Field(default=0.01, ge=0, le=1)
    keep: Lasting | None = None
    sinks: tuple[Sink, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        named = {"key": self.key, "order": (self.order,), "event_time": (self.event_time,)}
        for where, names in named.items():
            for name in names:
                if name is not None and name not in self.columns:
                    raise _misplaced(f"`{where}` names {name}, and there is no such column", where)
                if name is not None and self.columns[name].nullable:
                    raise _misplaced(f"`{where}` names {name}, which may be missing", where)
        for number, check in enumerate(self.checks):
            if unknown := sorted(check.columns - self.columns.keys()):
                raise _misplaced(f"`must` looks at {unknown[0]}, and there is no such column", "checks", number)
        if self.event_time is None:
            for where in ("partition", "merge_window", "keep"):
                if getattr(self, where) is not None:
                    raise _misplaced("`partition`, `merge_window` and `keep` need an `event_time`", where)
        elif not self.columns[self.event_time].type.is_ordered_in_time:
            raise _misplaced("`event_time` has to be a date or a timestamp", "event_time")
        elif self.partition is None:
            raise _misplaced("what has an `event_time` has a `partition`: day, month or year", "event_time")
        return self

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that every file has."""
        return tuple(name for name, column in self.columns.items() if not column.optional)
