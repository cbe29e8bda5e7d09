"""Money, prices, pairs and moments as JSON: exact text, never a JSON number.

Each type is strict about what comes in (a plain decimal has no sign, exponent, or blank; a moment is UTC and ends in
`Z`) and writes itself the same way. `Absent` instead of `None` says that a field is left out, and is never null.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from divisa.domain.errors import NotFound, UnknownPair
from divisa.domain.pair import Pair

if TYPE_CHECKING:
    from collections.abc import Callable

Absent = SkipJsonSchema[None]
"""The field may be left out: `note: Money | Absent = None`."""

MONEY: Final = r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?$"
POSITIVE_MONEY: Final = r"^(0\.(0[1-9]|[1-9][0-9]?)|[1-9][0-9]{0,14}(\.[0-9]{1,2})?)$"
SIGNED_MONEY: Final = r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,2})?$"
PRICE: Final = (
    r"^(0\.([1-9][0-9]{0,5}|0[1-9][0-9]{0,4}|00[1-9][0-9]{0,3}|000[1-9][0-9]{0,2}|0000[1-9][0-9]?|00000[1-9])"
    r"|[1-9][0-9]{0,9}(\.[0-9]{1,6})?)$"
)
QUOTED_PRICE: Final = r"^(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?$"
"""What a provider's 18 digits and the mid of two such prices need."""
FRACTION: Final = r"^0(\.[0-9]{1,6})?$"
PAIR: Final = r"^[A-Z]{3}/[A-Z]{3}$"
PAIR_IN_PATH: Final = r"^[A-Z]{3}-[A-Z]{3}$"
MOMENT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"


class Body(BaseModel):
    """Base of what comes in: no conversions, and nothing that is not known."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Answer(BaseModel):
    """Base of what goes out."""

    model_config = ConfigDict(frozen=True)


def plain(value: Decimal) -> str:
    """A decimal without an exponent, with the digits that it has.

    >>> plain(Decimal("1E+2")), plain(Decimal("-0.50"))
    ('100', '-0.50')
    """
    return f"{value:f}"


def utc(value: datetime) -> str:
    """A moment as ISO-8601 text that ends in `Z`.

    >>> utc(datetime(2024, 1, 5, 14, 15, tzinfo=UTC))
    '2024-01-05T14:15:00Z'
    """
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _text(pattern: str, what: str) -> Callable[[Any], str]:
    shape = re.compile(pattern, re.ASCII)

    def check(value: Any) -> str:
        if not isinstance(value, str) or shape.fullmatch(value) is None:
            raise ValueError(what)
        return value

    return check


def _decimal(pattern: str, what: str) -> BeforeValidator:
    text = _text(pattern, what)
    return BeforeValidator(lambda value: value if isinstance(value, Decimal) else Decimal(text(value)))


def _read_pair(pattern: str, what: str, unknown: Exception) -> BeforeValidator:
    text = _text(pattern, what)

    def read(value: Any) -> Pair:
        if isinstance(value, Pair):
            return value
        try:
            return Pair.parse(text(value).replace("-", "/"))
        except UnknownPair:
            raise unknown from None

    return BeforeValidator(read)


def _read_moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(_text(MOMENT, "")(value))
    except ValueError:
        raise ValueError("should be a moment in UTC such as 2024-01-05T14:15:00Z") from None


def _schema(pattern: str, description: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "description": description, "examples": [example]})


_A_PAIR = "should be a currency pair such as USD/MXN"
_PLAIN = PlainSerializer(plain, return_type=str)

Money = Annotated[
    Decimal,
    _decimal(MONEY, 'should be a plain decimal in quotes, at least 0, such as "100.50"'),
    _PLAIN,
    _schema(MONEY, "An amount of money, at least 0, as a plain decimal.", "100.50"),
]
"""An amount, at least 0; at most two decimals, and fewer where the currency has fewer."""

PositiveMoney = Annotated[
    Decimal,
    _decimal(POSITIVE_MONEY, 'should be a plain decimal in quotes, more than 0, such as "100.50"'),
    _PLAIN,
    _schema(POSITIVE_MONEY, "An amount of money, more than 0, as a plain decimal.", "100.50"),
]
"""An amount of more than 0."""

SignedMoney = Annotated[
    Decimal,
    _PLAIN,
    _schema(SIGNED_MONEY, "An amount of money; a loss is negative.", "-12.30"),
]
"""An amount that may be a loss; goes out only."""

Price = Annotated[
    Decimal,
    _decimal(PRICE, 'should be a plain decimal in quotes, more than 0, such as "17.0325"'),
    _PLAIN,
    _schema(PRICE, "A price, more than 0, with at most six decimals.", "17.0325"),
]
"""A price that a user sets; at most six decimals."""

QuotedPrice = Annotated[
    Decimal,
    _PLAIN,
    _schema(QUOTED_PRICE, "A price of the market, with as many decimals as it was quoted in.", "17.0325"),
]
"""A price as the market has it; goes out only."""

Fraction = Annotated[
    Decimal,
    _decimal(FRACTION, 'should be a plain decimal in quotes from 0 to below 1, such as "0.005"'),
    _PLAIN,
    _schema(FRACTION, "A fraction, from 0 to below 1.", "0.005"),
]
"""From 0 to below 1; its user sets a lower limit."""

PairName = Annotated[
    Pair,
    _read_pair(PAIR, _A_PAIR, ValueError(_A_PAIR)),
    PlainSerializer(str, return_type=str),
    _schema(PAIR, "A currency pair, base and quote.", "USD/MXN"),
]
"""A pair in bodies and queries: `USD/MXN`."""

PairInPath = Annotated[
    Pair,
    _read_pair(PAIR_IN_PATH, "should be a currency pair such as USD-MXN", NotFound("no such pair")),
    _schema(PAIR_IN_PATH, "A currency pair, base and quote.", "USD-MXN"),
]
"""A pair in paths: `USD-MXN`; one that there is not is not found."""

Moment = Annotated[
    datetime,
    BeforeValidator(_read_moment),
    PlainSerializer(utc, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": MOMENT,
            "description": "A moment, UTC.",
            "examples": ["2024-01-05T14:15:00Z"],
        }
    ),
]
"""A moment, UTC, to the microsecond."""
