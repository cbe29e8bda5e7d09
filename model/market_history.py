"""The market at many past moments, from one walk over the quotes."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.domain import market
from divisa.domain.columns import Array, field_names
from divisa.domain.gate import GateLimits, GateState, admit
from divisa.domain.market import DAY, MarketState, MarketView

if TYPE_CHECKING:
    from collections import Counter

    from numpy.typing import NDArray

    from divisa.adapters.csv.prices import Prices
    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote

FRESH = 3 * DAY
"""Seconds for which a quote makes a weekday one of trading; from one Friday's fixing to Monday's midnight is less."""

_LIMITS, _NO_AGE = GateLimits(), timedelta(0)
_FRIDAY = 4
_EPOCH_WEEKDAY = 3
_SECOND = 1e6
_NAMES = field_names(MarketView)
_NUMBERS = attrgetter(*_NAMES)


@dataclass(frozen=True, slots=True)
class MarketHistory:
    """One pair's market after each quote that was believed.

    Attributes:
        since: from when on each of n quotes is known, seconds since 1970 UTC, float64, shape (n,), never falling.
        views: columns of shape (n + 1,): nothing (NaN), then the fold of all quotes up to each.
        gate: what the gate remembers at the end.
        market: the market at the end; None when no quote was believed.
        quote: the newest quote that was believed; None when none was.
    """

    since: Array
    views: MarketView[Array]
    gate: GateState
    market: MarketState | None
    quote: Quote | None

    def at(self, moments: Array) -> NDArray[np.int64]:
        """Rows of `views` as of moments (seconds since 1970 UTC): quotes known by then, then included."""
        return np.searchsorted(self.since, moments, side="right")

    def trading_days(self) -> NDArray[np.int64]:
        """Mondays to Fridays (UTC), as days since 1970, whose midnight knows a quote of the three days before it.

        Whether a day is one follows from what is known at its beginning, as everything else about its rows does.
        """
        if not len(self.since):
            return np.empty(0, dtype=np.int64)
        days = np.arange(int(self.since[0] // DAY), int((self.since[-1] + FRESH) // DAY) + 1)
        days = days[(days + _EPOCH_WEEKDAY) % 7 <= _FRIDAY]
        newest = self.views.as_of[self.at(np.asarray(days * DAY, dtype=np.float64))]
        return np.asarray(days[days * DAY - newest <= FRESH])


def market_histories(prices: Prices, rejected: Counter[str]) -> dict[Pair, MarketHistory]:
    """Gate and fold the quotes of several pairs once.

    Args:
        prices: in order of arrival.
        rejected: counts the quotes that the gate does not believe, by reason. A file has no age: none is stale.

    Returns:
        A history for each pair that had a quote.
    """
    found = np.unique(prices.pair).tolist()
    return {prices.pairs[pair]: _walk(prices, np.flatnonzero(prices.pair == pair), rejected) for pair in found}


def _walk(prices: Prices, rows: NDArray[Any], rejected: Counter[str]) -> MarketHistory:
    gate, state, newest = GateState(), None, None
    since, numbers = array("d"), array("d", [float("nan")] * len(_NAMES))
    for known, quote in zip((prices.known[rows] / _SECOND).tolist(), prices.quotes("csv", rows), strict=True):
        gate, reason = admit(gate, quote, age=_NO_AGE, limits=_LIMITS)
        if reason is not None:
            rejected[reason.value] += 1
            continue
        state, newest = market.fold(state, quote), quote
        since.append(known)
        numbers.extend(_NUMBERS(market.view(state)))
    table = np.array(numbers).reshape(-1, len(_NAMES))
    return MarketHistory(np.array(since), MarketView(*np.ascontiguousarray(table.T)), gate, state, newest)
