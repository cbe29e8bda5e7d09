"""Currency pairs and the smallest unit of each currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from divisa.domain.errors import UnknownPair

_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_HUNDREDTHS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW"
)
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
MINOR_DIGITS: Final = {
    currency: digits
    for digits, currencies in ((0, _WITHOUT), (2, _HUNDREDTHS), (3, _THOUSANDTHS))
    for currency in currencies.split()
}
"""Digits after the point of each currency's minor unit (ISO 4217)."""

_PAIR = re.compile(r"([A-Z]{3})/([A-Z]{3})")


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A currency pair: the price of one unit of `base` in units of `quote`."""

    base: str
    quote: str

    @classmethod
    def parse(cls, text: str) -> Pair:
        """Read a pair from its usual spelling.

        Raises:
            UnknownPair: the text is not `AAA/BBB`, or a currency has no known minor unit.

        >>> Pair.parse("USD/MXN")
        Pair(base='USD', quote='MXN')
        """
        match = _PAIR.fullmatch(text)
        if match is None or match[1] == match[2] or not {match[1], match[2]} <= MINOR_DIGITS.keys():
            raise UnknownPair(f"{text[:32]!r} is not a currency pair such as USD/MXN")
        return cls(match[1], match[2])

    def __str__(self) -> str:
        return f"{self.base}/{self.quote}"


def quantum(currency: str) -> Decimal:
    """The smallest unit of a currency as a Decimal.

    >>> quantum("MXN")
    Decimal('0.01')
    """
    return Decimal(1).scaleb(-MINOR_DIGITS[currency])


def round_money(amount: Decimal, currency: str) -> Decimal:
    """An amount rounded half-even to the currency's minor unit.

    >>> round_money(Decimal("10.125"), "USD")
    Decimal('10.12')
    """
    return amount.quantize(quantum(currency), rounding=ROUND_HALF_EVEN)


def to_minor(amount: Decimal, currency: str) -> int:
    """An amount in minor units, as it is stored.

    Raises:
        ValueError: the amount has more digits than the currency.

    >>> to_minor(Decimal("12.34"), "USD")
    1234
    """
    scaled = amount.scaleb(MINOR_DIGITS[currency])
    if scaled != scaled.to_integral_value():
        raise ValueError(f"an amount of {currency} has more than {MINOR_DIGITS[currency]} decimals")
    return int(scaled)


def from_minor(units: int, currency: str) -> Decimal:
    """The amount that `units` minor units stand for.

    >>> from_minor(1234, "USD")
    Decimal('12.34')
    """
    return Decimal(units).scaleb(-MINOR_DIGITS[currency]).quantize(quantum(currency))
