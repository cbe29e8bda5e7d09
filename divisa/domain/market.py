"""Market state: what recent quotes say about a pair, folded one quote at a time.

Quotes arrive at uneven times, so every average decays with elapsed time and not with the number of quotes: after a
gap of one half-life the past weighs one half (the exponential moving average of an inhomogeneous time series in
"next point" form: Zumbach and Müller, "Operators on inhomogeneous time series", 2001).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic

from divisa.domain.number import N

if TYPE_CHECKING:
    from divisa.domain.quote import Quote

HOUR = 3600.0
DAY = 24 * HOUR
WINDOW_DAYS = 30
"""Calendar days (UTC) whose highs and lows make the recent range, today included."""
SIGMA_FLOOR = 1e-4
"""Smallest volatility, log price a square-root day, that features divide by."""


@dataclass(frozen=True, slots=True)
class DayRange:
    """The lowest and highest log mid of one UTC day, numbered in days since 1970-01-01."""

    day: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MarketState:
    """Statistics of one pair after its newest accepted quote. Log prices are natural logarithms of the mid.

    Attributes:
        as_of: event time of the newest quote, seconds since 1970 UTC.
        log_mid: its log mid.
        ewma_1h, ewma_1d, ewma_7d, ewma_30d: moving averages of the log mid by half-life.
        squares: decayed sum of squared log returns, half-life 30 days.
        elapsed: decayed sum of the days that those returns took, same half-life.
        days: the range of each of the last 30 UTC days that had a quote, oldest first.
    """

    as_of: float
    log_mid: float
    ewma_1h: float
    ewma_1d: float
    ewma_7d: float
    ewma_30d: float
    squares: float
    elapsed: float
    days: tuple[DayRange, ...]


@dataclass(frozen=True, slots=True)
class MarketView(Generic[N]):
    """The numbers of a market state that features and folds read, for one moment (float) or many (arrays).

    Attributes:
        as_of: seconds since 1970 UTC.
        log_mid, ewma_1h, ewma_1d, ewma_7d, ewma_30d: as in `MarketState`.
        sigma: volatility, standard deviation of the log return of one day, half-life 30 days, at least 1e-4.
        low, high: lowest and highest log mid of the last 30 days.
    """

    as_of: N
    log_mid: N
    ewma_1h: N
    ewma_1d: N
    ewma_7d: N
    ewma_30d: N
    sigma: N
    low: N
    high: N


def fold(state: MarketState | None, quote: Quote) -> MarketState:
    """The market after one more accepted quote; None is the market before its first.

    The caller's gate guarantees that event times grow. A quote that is not newer than the state changes nothing, so
    a replay from any earlier point ends in the same state.
    """
    x, at = quote.log_mid, quote.event_time.timestamp()
    today = int(at // DAY)
    if state is None:
        return MarketState(at, x, x, x, x, x, 0.0, 0.0, (DayRange(today, x, x),))
    gap = at - state.as_of
    if gap <= 0:
        return state

    def average(mean: float, half_life: float) -> float:
        return x + (mean - x) * math.exp2(-gap / half_life)

    keep = math.exp2(-gap / (30 * DAY))
    return MarketState(
        as_of=at,
        log_mid=x,
        ewma_1h=average(state.ewma_1h, HOUR),
        ewma_1d=average(state.ewma_1d, DAY),
        ewma_7d=average(state.ewma_7d, 7 * DAY),
        ewma_30d=average(state.ewma_30d, 30 * DAY),
        squares=keep * state.squares + (x - state.log_mid) ** 2,
        elapsed=keep * state.elapsed + gap / DAY,
        days=_widen(state.days, today, x),
    )


def _widen(days: tuple[DayRange, ...], today: int, x: float) -> tuple[DayRange, ...]:
    newest = days[-1]
    if newest.day == today:
        return (*days[:-1], replace(newest, low=min(newest.low, x), high=max(newest.high, x)))
    kept = tuple(day for day in days if day.day > today - WINDOW_DAYS)
    return (*kept, DayRange(today, x, x))


def view(state: MarketState) -> MarketView[float]:
    """The numbers that features and folds read of one state."""
    variance = state.squares / state.elapsed if state.elapsed > 0 else 0.0
    return MarketView(
        as_of=state.as_of,
        log_mid=state.log_mid,
        ewma_1h=state.ewma_1h,
        ewma_1d=state.ewma_1d,
        ewma_7d=state.ewma_7d,
        ewma_30d=state.ewma_30d,
        sigma=max(math.sqrt(variance), SIGMA_FLOOR),
        low=min(day.low for day in state.days),
        high=max(day.high for day in state.days),
    )
