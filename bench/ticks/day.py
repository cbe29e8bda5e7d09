"""The ticks of a trading day, and the market that the model is asked in, which stands still between two refreshes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.matching.workload import DAILY_VOLATILITY
from bench.population import PAIR
from divisa.adapters.csv.prices import read_quotes
from divisa.domain.errors import InvalidFile
from divisa.domain.market import DAY, MarketState, fold
from divisa.domain.quote import Quote
from simulator.prices import price_path
from simulator.session import midnight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Floats = NDArray[np.float64]
REAL_DAY = date(2024, 7, 9)
"""A Tuesday around which 21 fixings moved by 0.7 % a day: the median since 2015. The model knows older ones."""
REFRESH = timedelta(hours=6)
"""Time after which every watch is evaluated again, in a market that has followed the price."""
HISTORY_DAYS = 45
"""Days before the first tick that the market state is folded over."""
HALF_SPREAD = Decimal("0.0012")
PIP = Decimal("0.0001")
QUARTERS = 96
"""Quarters of an hour in a day."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ticks from `start` up to `end`, between two refreshes, and the market that all of them are decided in."""

    start: int
    end: int
    market: MarketState


@dataclass(frozen=True, slots=True)
class Day:
    """Ticks in order.

    Attributes:
        quotes: one a tick, of one pair.
        log_mids: their log mids, as the services read them.
        before: the market before the first tick.
        origin: where the ticks come from, for people.
    """

    quotes: Sequence[Quote]
    log_mids: Floats
    before: MarketState
    origin: str

    @property
    def is_dense(self) -> bool:
        """Whether there is a day of ticks or more, about one a second.

        With fewer, the opening and the refreshes are most of what is evaluated, whatever a tick costs.
        """
        seconds = (self.quotes[-1].event_time - self.quotes[0].event_time).total_seconds()
        return len(self.quotes) >= 0.9 * DAY and seconds <= 1.1 * len(self.quotes)

    def first(self, ticks: int | None) -> Day:
        """The day up to so many ticks; None for all."""
        return replace(self, quotes=self.quotes[:ticks], log_mids=self.log_mids[:ticks])

    def stretches(self, every: timedelta = REFRESH) -> list[Stretch]:
        """The day cut where everybody is refreshed: at the first tick, and then at the first tick after each `every`.

        The tick that begins a stretch belongs to its market already, as in the consumer.
        """
        markets: list[tuple[int, MarketState]] = []
        market, due = self.before, self.quotes[0].event_time
        for number, quote in enumerate(self.quotes):
            market = fold(market, quote)
            if quote.event_time >= due:
                markets.append((number, market))
                due = quote.event_time + every
        ends = [number for number, _ in markets[1:]] + [len(self.quotes)]
        return [Stretch(start, end, each) for (start, each), end in zip(markets, ends, strict=True)]


def real_day() -> Day:
    """A day of USD/MXN from midnight UTC, at a tick a second: the central bank's fixings, bridged down to seconds.

    Minutes are the simulator's; the seconds between two minutes are a seeded Brownian bridge of the volatility that
    the minutes of the day have. Prices are whole pips.
    """
    first = REAL_DAY - timedelta(days=HISTORY_DAYS)
    path = price_path(str(PAIR), first, REAL_DAY + timedelta(days=2), step_minutes=1, seed=1)
    begins = int(np.searchsorted(path.times, midnight(REAL_DAY)))
    minutes = path.log_mid[begins : begins + 1441]
    log_mids = bridged(minutes)
    quotes = quoted(log_mids, datetime.fromtimestamp(midnight(REAL_DAY), UTC), timedelta(seconds=1))
    history = zip(path.times[:begins:15].tolist(), path.log_mid[:begins:15].tolist(), strict=True)
    return Day(quotes, np.array([quote.log_mid for quote in quotes]), folded(history), f"ECB fixings of {REAL_DAY}")


def bridged(minutes: Floats, steps: int = 60) -> Floats:
    """Log prices at every second from the first minute up to the last, which is left out."""
    legs = np.diff(minutes)
    walk = np.random.default_rng(7).normal(0.0, legs.std() / math.sqrt(steps), (len(legs), steps)).cumsum(axis=1)
    along = np.arange(steps) / steps
    walk = np.column_stack([np.zeros(len(legs)), walk])
    tied = walk[:, :-1] - along * walk[:, -1:]
    return np.asarray((minutes[:-1, None] + along * legs[:, None] + tied).ravel())


def quoted(log_mids: Floats, first: datetime, step: timedelta) -> list[Quote]:
    """Quotes around log mids that are rounded to a pip."""
    pips = np.rint(np.exp(log_mids) / float(PIP)).astype(np.int64).tolist()
    return [
        Quote(PAIR, mid * PIP - HALF_SPREAD, mid * PIP + HALF_SPREAD, first + number * step, number + 1, "bench")
        for number, mid in enumerate(pips)
    ]


def day_of(path: Path) -> Day:
    """The quotes of a file's first pair, in order, as they are; rows that are no quotes are left out.

    What the market was like before is not in the file: days are made of its volatility that end at its first price.

    Raises:
        InvalidFile: the file is not of the `prices` contract, or has no usable row.
    """
    found = list(read_quotes(path, source="bench", on_reject=lambda _: None))
    if not found:
        raise InvalidFile(f"{path.name} has no usable row")
    quotes = [quote for quote in found if quote.pair == found[0].pair]
    log_mids = np.array([quote.log_mid for quote in quotes])
    days = (quotes[-1].event_time - quotes[0].event_time) / timedelta(days=1)
    volatility = math.sqrt(float((np.diff(log_mids) ** 2).sum()) / days) if days else 0.0
    steps = np.random.default_rng(7).normal(
        0.0, (volatility or DAILY_VOLATILITY) / math.sqrt(QUARTERS), HISTORY_DAYS * QUARTERS
    )
    backwards = log_mids[0] + np.cumsum(steps)
    times = quotes[0].event_time.timestamp() - np.arange(1, len(steps) + 1) * DAY / QUARTERS
    history = zip(times[::-1].tolist(), backwards[::-1].tolist(), strict=True)
    return Day(quotes, log_mids, folded(history), path.name)


def folded(history: Iterator[tuple[float, float]]) -> MarketState:
    """The market after (time, log mid) pairs, oldest first, at least one."""
    state: MarketState | None = None
    for at, log_mid in history:
        mid = Decimal(repr(math.exp(log_mid)))
        state = fold(state, Quote(PAIR, mid, mid, datetime.fromtimestamp(at, UTC), 0, "bench"))
    if state is None:
        raise ValueError("a market has a history")
    return state
