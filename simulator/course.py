"""What the market did, quote by quote, and the mornings at which everybody is judged: the same for every population."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.columns import Array, stack, take
from divisa.domain.market import MarketView, fold, view
from divisa.domain.quote import Quote
from simulator.ledger import WARM_UP_DAYS
from simulator.prices import SOURCE, price_path
from simulator.session import midnight, trading_seconds
from simulator.signals import Signals, signals

if TYPE_CHECKING:
    from datetime import date

    from divisa.domain.pair import Pair
    from simulator.draws import Ints
    from simulator.prices import PricePath


@dataclass(frozen=True, slots=True)
class Morning:
    """A trading day's beginning, 00:00 UTC.

    Attributes:
        day: the day.
        at: its beginning, seconds since 1970 UTC.
        quote: the price then.
        market: the market with that quote.
    """

    day: date
    at: int
    quote: Quote
    market: MarketView[float]


@dataclass(frozen=True, slots=True)
class Course:
    """One pair's prices and what is known of them.

    Attributes:
        pair: which.
        start: first day, UTC.
        path: its quotes.
        signals: what simulated users see in them.
        views: the market with each quote, columns as long as the path.
        mornings: of every trading day from `WARM_UP_DAYS` after the start on.
    """

    pair: Pair
    start: date
    path: PricePath
    signals: Signals
    views: MarketView[Array]
    mornings: tuple[Morning, ...]

    @classmethod
    def of(cls, pair: Pair, start: date, end: date, seed: int) -> Course:
        """The course from day `start` to the day before `end`, of hourly quotes.

        Raises:
            UnknownPair: the central bank quotes no such pair.
            InvalidSetting: the days lie outside what the central bank has.
        """
        path = price_path(str(pair), start, end, step_minutes=60, seed=seed)
        state, views, mornings = None, [], []
        quotes = zip(path.times.tolist(), path.bid.tolist(), path.ask.tolist(), strict=True)
        for number, (at, bid, ask) in enumerate(quotes):
            moment = datetime.fromtimestamp(at, UTC)
            quote = Quote(pair, Decimal(f"{bid:.4f}"), Decimal(f"{ask:.4f}"), moment, number + 1, SOURCE)
            state = fold(state, quote)
            views.append(view(state))
            day = moment.date()
            if at == midnight(day) and trading_seconds(day) and day >= start + timedelta(days=WARM_UP_DAYS):
                mornings.append(Morning(day, at, quote, views[-1]))
        return cls(pair, start, path, signals(path), stack(MarketView[Array], views), tuple(mornings))

    def tick_at(self, at: Ints) -> Ints:
        """Index of the newest quote at moments, seconds since 1970 UTC, shape (n,); −1 before the first."""
        return np.asarray(np.searchsorted(self.path.times, at, side="right") - 1)

    def markets(self, at: Ints) -> MarketView[Array]:
        """The market at moments after the first quote, seconds since 1970 UTC, shape (n,)."""
        return take(MarketView[Array], self.views, self.tick_at(at))
