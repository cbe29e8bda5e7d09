"""The market at many past moments, from one walk over the quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain import market
from divisa.domain.columns import Array, stack
from divisa.domain.gate import GateLimits, GateState, admit
from divisa.domain.market import DAY, MarketState, MarketView

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping

    from divisa.domain.gate import Rejection
    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote

_LIMITS, _NO_AGE = GateLimits(), timedelta(0)
_FRIDAY = 4
_EPOCH_WEEKDAY = 3


@dataclass(frozen=True, slots=True)
class MarketHistory:
    """One pair's market as of chosen moments.

    Attributes:
        views: columns, one row a moment: the fold of all quotes up to and including that moment.
        known: whether there was a quote by then, bool of the same shape; the row of `views` is NaN where not.
        trading_days: Mondays to Fridays (UTC) with a quote, as days since 1970, growing.
        gate: what the gate remembers at the end.
        market: the market at the end; None when no quote was believed.
        quote: the newest quote that was believed; None when none was.
    """

    views: MarketView[Array]
    known: np.ndarray
    trading_days: np.ndarray
    gate: GateState
    market: MarketState | None
    quote: Quote | None


def market_histories(
    quotes: Iterable[Quote],
    moments: Mapping[Pair, Array],
    rejected: Counter[str],
) -> dict[Pair, MarketHistory]:
    """Gate and fold the quotes of several pairs once and note the market at the moments asked for.

    Args:
        quotes: each pair's in order of time.
        moments: by pair, seconds since 1970 UTC, growing; a pair without an entry is folded and noted nowhere.
        rejected: counts the quotes that the gate does not believe, by reason. A file has no age: none is stale.

    Returns:
        A history for each pair that had a quote.
    """
    walks: dict[Pair, _Walk] = {}
    for quote in quotes:
        walk = walks.get(quote.pair)
        if walk is None:
            walk = walks[quote.pair] = _Walk(moments.get(quote.pair, np.empty(0)))
        if (reason := walk.take(quote)) is not None:
            rejected[reason.value] += 1
    return {pair: walk.finish() for pair, walk in walks.items()}


class _Walk:
    def __init__(self, moments: Array) -> None:
        self._moments: list[float] = moments.tolist()
        self._views: list[MarketView[float]] = []
        self._gate = GateState()
        self._state: MarketState | None = None
        self._quote: Quote | None = None
        self._days: list[int] = []

    def take(self, quote: Quote) -> Rejection | None:
        self._gate, reason = admit(self._gate, quote, age=_NO_AGE, limits=_LIMITS)
        if reason is not None:
            return reason
        at = quote.event_time.timestamp()
        self._note(at)
        self._state, self._quote = market.fold(self._state, quote), quote
        day = int(at // DAY)
        if not self._days or self._days[-1] != day:
            self._days.append(day)
        return None

    def finish(self) -> MarketHistory:
        self._note(float("inf"))
        views = stack(MarketView[Array], self._views)
        days = np.array(self._days, dtype=np.int64)
        weekdays = (days + _EPOCH_WEEKDAY) % 7 <= _FRIDAY
        known = ~np.isnan(views.log_mid)
        return MarketHistory(views, known, days[weekdays], self._gate, self._state, self._quote)

    def _note(self, before: float) -> None:
        """Note the market at the moments before the next quote."""
        done = len(self._views)
        if done == len(self._moments) or self._moments[done] >= before:
            return
        now = _NOTHING if self._state is None else market.view(self._state)
        while done < len(self._moments) and self._moments[done] < before:
            self._views.append(now)
            done += 1


_NOTHING: MarketView[float] = MarketView(*[float("nan")] * len(market.MarketView.__dataclass_fields__))
