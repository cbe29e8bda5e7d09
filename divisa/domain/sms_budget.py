"""What text messages may cost: a price for each, and a cap for a month, by the country that the number belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final, TypeAlias

from divisa.domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

COUNTRIES: Final = {
    "1": "US",  # with Canada and the other countries of the North American plan, which have no code of their own
    "34": "ES",
    "51": "PE",
    "52": "MX",
    "54": "AR",
    "55": "BR",
    "56": "CL",
    "57": "CO",
    "593": "EC",
    "598": "UY",
}
"""Country (ISO 3166) by calling code (ITU-T E.164), of those that a tariff may name."""
DOLLAR: Final = 1_000_000
"""Prices are counted in millionths of a US dollar, as carriers quote them."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What messages to one country may cost.

    Attributes:
        price: of a message of one segment, US dollars.
        cap: of all messages of a month (UTC), US dollars; 0 for none at all.
    """

    price: Decimal
    cap: Decimal


Tariff: TypeAlias = "Mapping[str, Rate]"
"""Rates by country; to a country without one no message goes."""


def country_of(phone: str) -> str | None:
    """The country that a number in E.164 form belongs to; None for one that is not in the table.

    >>> country_of("+525512345678"), country_of("+593991234567"), country_of("+4915112345678")
    ('MX', 'EC', None)
    """
    # No calling code begins another one, so there is no second match.
    return next((country for code, country in COUNTRIES.items() if phone.startswith(f"+{code}")), None)


def month_of(at: datetime) -> str:
    """The month, UTC, whose cap counts at a moment.

    >>> from datetime import datetime
    >>> month_of(datetime(2024, 1, 31, 23, 59, tzinfo=UTC))
    '2024-01'
    """
    return f"{at.astimezone(UTC):%Y-%m}"


def micro_dollars(amount: Decimal) -> int:
    """US dollars in millionths.

    >>> micro_dollars(Decimal("0.0411"))
    41100
    """
    return int(amount * DOLLAR)


def read_tariff(text: str) -> Tariff:
    """A tariff of the form `MX:0.0411:500,BR:0.0300:500`: country, price of a message and cap of a month in US dollars.

    >>> read_tariff("MX:0.0411:500")
    {'MX': Rate(price=Decimal('0.0411'), cap=Decimal('500'))}

    Raises:
        InvalidInput: it is not of this form, names a country twice or one that no number belongs to, or has a price
            that is not positive or is finer than a millionth of a dollar.
    """
    tariff: dict[str, Rate] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        try:
            country, price, cap = entry.split(":")
            rate = Rate(Decimal(price), Decimal(cap))
        except (ValueError, InvalidOperation):
            raise InvalidInput(f"{entry!r} is not of the form country:price:cap") from None
        if country not in COUNTRIES.values():
            raise InvalidInput(f"{country!r} is none of {', '.join(sorted(COUNTRIES.values()))}")
        if country in tariff:
            raise InvalidInput(f"{country!r} is there twice")
        if not (rate.price.is_finite() and rate.price > 0 and rate.cap.is_finite() and rate.cap >= 0):
            raise InvalidInput(f"{entry!r} needs a positive price and a cap of 0 or more")
        if any(amount * DOLLAR % 1 for amount in (rate.price, rate.cap)):
            raise InvalidInput(f"{entry!r} is finer than a millionth of a dollar")
        tariff[country] = rate
    return tariff
