"""What a contract asks of values and rows, in DuckDB's SQL: how a text becomes a value, and what is wrong with it.

In every expression `"price"` is the value of a column, null where there is none, and `"_price"` its text, null where
that is missing. Nothing is ever null because an expression went wrong: what is no value of its type is a problem.

Texts are read by the rules of the model's own files (`divisa.adapters.csv.table`), more strictly in a few spellings
that DuckDB would read otherwise than Python, or only approximately:

- a timestamp is `2024-01-05T14:15:00.123456Z`, where a blank may stand for the `T`, and seconds or their fraction may
  be left out, and the colon or the minutes of an offset; not the basic format, no week dates, no comma, no hour 24, no
  more than six digits of a second, no 60 minutes and no seconds in an offset;
- a double has no underscores, and one beyond the largest that there is is no number, not infinity.

A decimal may have as many digits as its type holds on either side of the point, where zeros in front count for nothing
and those at the end count: none is ever rounded away.

When a row happened is compared with the moment in DuckDB's variable `LATEST`, a timestamp in UTC: the file is older
than what happens later, so a clock was wrong.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import TYPE_CHECKING, Final, NamedTuple

import sqlglot

from divisa.adapters.csv.table import RowReason
from divisa.domain.pair import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lake.contract.contract import Column, Contract, RowCheck
    from lake.contract.types import ColumnType

_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_OFFSET: Final = r"(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)"
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DOUBLE: Final = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_NO_NUMBER: Final = "(?i)[+-]?(nan|inf|infinity)"
_DIGITS_OF_A_BIGINT: Final = 19
_CURRENCY: Final = f"({'|'.join(sorted(MINOR_DIGITS))})"
LATEST: Final = "latest"
"""The variable that a session has to have for a contract with an event time."""


class Problem(NamedTuple):
    """Why a row is set aside.

    Attributes:
        reason: a word, to count by.
        column: where; None if it is a matter of several columns.
        words: the reason for people; never repeats a value.
    """

    reason: str
    column: str | None
    words: str


class Rule(NamedTuple):
    """A problem, and the condition in SQL that is true of the rows that have it."""

    problem: Problem
    applies: str


def text_of(name: str) -> str:
    """A column's text in SQL."""
    return f'"_{name}"'


def value_of(name: str, kind: ColumnType) -> str:
    """A column's value in SQL, from its text; null where that spells none.

    >>> from lake.contract.types import ColumnType
    >>> print(value_of("told", ColumnType("boolean")))
    CASE WHEN lower("_told") IN ('true', '1') THEN TRUE WHEN lower("_told") IN ('false', '0') THEN FALSE END
    """
    text = text_of(name)
    match kind.name:
        case "string":
            return text
        case "boolean":
            yes, no = f"lower({text}) IN ('true', '1')", f"lower({text}) IN ('false', '0')"
            return f"CASE WHEN {yes} THEN TRUE WHEN {no} THEN FALSE END"
        case "date":
            cast, fits = f"TRY_CAST({text} AS DATE)", f"{_matches(text, _DATE)} AND {text} >= '0001'"
        case "timestamp":
            # The cast to TIMESTAMP alone would leave the offset out of account, which may lead out of Python's years:
            # that has to be asked of the first and the last day alone.
            cast = f"make_timestamp(epoch_us(TRY_CAST({text} AS TIMESTAMPTZ)))"  # to cast it costs as much again
            written = f"{_DATE}[T ]{_CLOCK}{_OFFSET}"
            inner = f"{text} BETWEEN '0001-01-02' AND '9999-12-31'"
            cast = f"CASE WHEN {inner} THEN {cast} WHEN {_in_python(cast)} THEN {cast} END"
            fits = _matches(text, written)
        case "double":
            cast = f"TRY_CAST({text} AS DOUBLE)"
            fits = f"{_matches(text, _DOUBLE)} AND isfinite({cast})"
        case _:
            cast = f"TRY_CAST({text} AS {kind.duckdb})"
            fits = _matches(text, _digits(kind))
    return f"CASE WHEN {fits} THEN {cast} END"


def rules(contract: Contract) -> tuple[Rule, ...]:
    """All that a contract asks: of its columns in their order, of when a row happened, then of rows as a whole.

    A check of rows applies where every column that it looks at has a value, or is nullable and missing; and only where
    its condition is false: one that is neither true nor false, since something is missing, lets the row pass, and so
    does one that cannot be computed.
    """
    columns = contract.columns
    of_columns = (rule for name, column in columns.items() for rule in _of_column(name, column))
    in_time = () if contract.event_time is None else (_in_time(contract.event_time, columns[contract.event_time]),)
    return (*of_columns, *in_time, *(_of_row(check, contract) for check in contract.checks))


def _in_time(name: str, column: Column) -> Rule:
    problem = Problem("in_the_future", name, f"{name} is later than a day after the file was received")
    return Rule(problem, f'"{name}" > CAST(getvariable({_literal(LATEST)}) AS {column.type.duckdb})')


def _of_column(name: str, column: Column) -> Iterator[Rule]:
    value, text = f'"{name}"', text_of(name)

    def rule(reason: str, words: str, applies: str) -> Rule:
        return Rule(Problem(reason, name, f"{name} {words}"), applies)

    if not column.nullable:
        yield rule("missing", "is missing", f"{text} IS NULL")
    unread = f"{value} IS NULL AND {text} IS NOT NULL"
    match column.type.name:
        case "boolean":
            yield rule(RowReason.BAD_FLAG, "is neither true nor false", unread)
        case "date":
            yield rule("bad_date", "is not a date such as 2024-01-05", unread)
        case "timestamp":
            yield rule(RowReason.BAD_TIME, "is not a time with an offset from UTC such as 2024-01-05T14:15:00Z", unread)
        case "integer" | "decimal" | "double":
            # Whether it spells infinity is asked of those alone that are no number.
            infinite = f"CASE WHEN {unread} THEN {_matches(text, _NO_NUMBER)} ELSE FALSE END"
            yield rule(RowReason.NOT_A_NUMBER, "is not a finite number", infinite)
            yield rule(RowReason.BAD_NUMBER, _number_words(column.type), f"{unread} AND NOT {infinite}")
    if column.above is not None:
        yield rule("out_of_range", f"is not above {column.above:g}", _breaks(value, column.type, ">", column.above))
    if column.least is not None:
        yield rule("out_of_range", f"is below {column.least:g}", _breaks(value, column.type, ">=", column.least))
    if column.most is not None:
        yield rule("out_of_range", f"is above {column.most:g}", _breaks(value, column.type, "<=", column.most))
    if column.digits is not None:
        # A text of no more bytes has no more digits.
        counted = f"{value} IS NOT NULL AND length(translate({text}, '+-.', '')) > {column.digits}"
        many = f"CASE WHEN strlen({text}) > {column.digits} THEN {counted} ELSE FALSE END"
        yield rule(RowReason.BAD_NUMBER, f"has more than {column.digits} digits", many)
    if column.longest is not None:
        yield rule("too_long", f"has more than {column.longest} characters", f"length({value}) > {column.longest}")
    if column.pattern is not None:
        yield rule("malformed", f"is not of the form {column.pattern}", f"NOT {_matches(value, column.pattern)}")
    if column.is_pair:
        is_pair = f"{_matches(value, f'{_CURRENCY}/{_CURRENCY}')} AND left({value}, 3) <> right({value}, 3)"
        yield rule(RowReason.UNKNOWN_PAIR, "is not a currency pair such as USD/MXN", f"NOT ({is_pair})")
    if column.one_of is not None:
        known = ", ".join(map(_literal, column.one_of))
        yield rule("unknown_value", f"is none of {', '.join(column.one_of)}", f"{value} NOT IN ({known})")


def _of_row(check: RowCheck, contract: Contract) -> Rule:
    must = sqlglot.parse_one(check.must, read="spark").sql(dialect="duckdb", identify=True)
    judged = [
        f'("{name}" IS NOT NULL OR {text_of(name)} IS NULL)'
        if contract.columns[name].nullable
        else f'"{name}" IS NOT NULL'
        for name in sorted(check.columns)
    ]
    applies = f"CASE WHEN {' AND '.join(judged) or 'TRUE'} THEN TRY(NOT ({must})) ELSE FALSE END"
    return Rule(Problem(check.reason, None, check.says), applies)


def _breaks(value: str, kind: ColumnType, sign: str, bound: float) -> str:
    """Where a value is not on the right side of a bound, which stands for the number as contracts spell it.

    An exact type has its own numbers below and above the bound; they ask the same without any rounding.
    """
    if kind.name == "double":
        return f"NOT {value} {sign} CAST('{bound!r}' AS DOUBLE)"
    precision, scale = (_DIGITS_OF_A_BIGINT, 0) if kind.name == "integer" else (kind.precision, kind.scale)
    exact = Decimal(repr(bound))
    largest = Decimal(2**63 - 1) if kind.name == "integer" else Decimal(10**precision - 1).scaleb(-scale)
    smallest = Decimal(-(2**63)) if kind.name == "integer" else -largest
    if exact > largest or exact < smallest:  # what holds of one value holds of all
        return f"{value} IS NOT NULL AND {'FALSE' if (sign == '<=') == (exact > 0) else 'TRUE'}"
    with localcontext(prec=2 * precision):
        rounding = ROUND_CEILING if sign == ">=" else ROUND_FLOOR
        own = exact.quantize(Decimal(1).scaleb(-scale), rounding)
    return f"NOT {value} {sign} CAST('{own:f}' AS {kind.duckdb})"


def _digits(kind: ColumnType) -> str:
    """Digits of a number as its type holds them; zeros in front are as good as none."""
    if kind.name == "integer":
        return "[+-]?[0-9]+"
    before = kind.precision - kind.scale
    whole = f"0*[0-9]{{1,{before}}}" if before else "0+"
    return f"[+-]?{whole}(\\.[0-9]{{1,{kind.scale}}})?" if kind.scale else f"[+-]?{whole}"


def _number_words(kind: ColumnType) -> str:
    if kind.name == "integer":
        return "is not a whole number of 64 bits"
    if kind.name == "double":
        return "is not a number that a double holds"
    before = kind.precision - kind.scale
    return f"is not a plain decimal number of at most {before} digits before the point and {kind.scale} behind it"


def _in_python(moment: str) -> str:
    """Where a moment lies in the years that Python knows, which an offset may lead out of."""
    return f"{moment} >= TIMESTAMP '0001-01-01' AND {moment} < TIMESTAMP '9999-12-31' + INTERVAL 1 DAY"


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {_literal(pattern)})"


def _literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
