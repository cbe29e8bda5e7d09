"""The model's features in words that a person can check against a chart and a ledger."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.domain.pair import Pair


def in_words(feature: str, value: float, pair: Pair) -> str:
    """One user's value of a feature, as a sentence about that user.

    Args:
        feature: its name in `divisa.domain.features`.
        value: NaN where it is not known.
        pair: whose base currency is bought and sold.

    >>> from divisa.domain.pair import Pair
    >>> in_words("log_price_over_cost", math.log(1.021), Pair("USD", "MXN"))
    'the price is 2.1 % above what the USD held cost on average'
    """
    if math.isnan(value):
        return _UNKNOWN[feature].replace("BASE", pair.base)
    return _KNOWN[feature](value).replace("BASE", pair.base)


def _price_over(reference: str) -> Callable[[float], str]:
    """A log return, as percent above or below something."""

    def words(value: float) -> str:
        percent = 100.0 * math.expm1(value)
        return f"the price is {abs(percent):.1f} % {_side(percent)} {reference}"

    return words


def _volatilities_from(subject: str, reference: str) -> Callable[[float], str]:
    """A distance in daily volatilities."""
    return lambda value: f"{subject} {abs(value):.1f} daily volatilities {_side(value)} {reference}"


def _percent(before: str, after: str) -> Callable[[float], str]:
    return lambda value: f"{before}{100.0 * value:.0f} % {after}"


def _side(difference: float) -> str:
    return "below" if difference < 0 else "above"


_RANGE = "of the way from the 30-day low to the high"
_KNOWN: Final[dict[str, Callable[[float], str]]] = {
    "log_price_over_cost": _price_over("what the BASE held cost on average"),
    "log_price_over_last_buy": _price_over("the last purchase"),
    "log_price_over_last_sell": _price_over("the last sale"),
    "log_price_over_usual_buy": _price_over("the average price of purchases"),
    "z_1h": _volatilities_from("the price is", "its 1-hour average"),
    "z_1d": _volatilities_from("the price is", "its 1-day average"),
    "z_7d": _volatilities_from("the price is", "its 7-day average"),
    "z_30d": _volatilities_from("the price is", "its 30-day average"),
    "range_position": _percent("the price is ", _RANGE),
    "volatility": lambda value: f"the price moves by {100.0 * value:.2f} % a day",
    "trend_short": _volatilities_from("the 1-day average is", "the 7-day average"),
    "trend_long": _volatilities_from("the 7-day average is", "the 30-day average"),
    "log_trades": lambda value: f"{math.expm1(value):.0f} purchases and sales so far",
    "buy_share": _percent("", "of the recent ones were purchases"),
    "activity": lambda value: f"{value:.1f} recent purchases and sales, one of 30 days ago counted half",
    "days_since_last": lambda value: f"{value:.1f} days since the last purchase or sale",
    "gap_ratio": lambda value: f"{value:.1f} times as long since the last one as is usual",
    "buy_level": _percent("buys at ", _RANGE),
    "sell_level": _percent("sells at ", _RANGE),
    "buy_z": _volatilities_from("buys", "the 7-day average"),
    "sell_z": _volatilities_from("sells", "the 7-day average"),
    "holding": lambda value: f"holds {math.expm1(value):.1f} times the BASE of a usual purchase or sale",
    "gain_share": _percent("", "of the sales were above what the BASE cost"),
    "sell_phase": lambda value: (
        f"today agrees by {value:.1f} with the days of the half-month on which sales are made (1 fully, -1 opposite)"
    ),
}
_NO_SALE: Final = "never sold"
_NO_PURCHASE: Final = "never bought"
_NO_RANGE: Final = "the price has not moved for 30 days"
_NO_TRADE: Final = "never bought or sold"
_UNKNOWN: Final = {
    "log_price_over_cost": "holds no BASE of which the cost is known",
    "log_price_over_last_buy": _NO_PURCHASE,
    "log_price_over_last_sell": _NO_SALE,
    "log_price_over_usual_buy": _NO_PURCHASE,
    "range_position": _NO_RANGE,
    "buy_share": _NO_TRADE,
    "days_since_last": _NO_TRADE,
    "gap_ratio": "bought or sold less than twice",
    "buy_level": _NO_PURCHASE,
    "sell_level": _NO_SALE,
    "buy_z": _NO_PURCHASE,
    "sell_z": _NO_SALE,
    "holding": _NO_TRADE,
    "gain_share": "sold no BASE of which the cost is known",
    "sell_phase": _NO_SALE,
}
"""Only for what may be unknown: the others are numbers for everybody, in every market."""
