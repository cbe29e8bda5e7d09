"""Bars: what a pair's price did in a minute, an hour or a day, as charts show it.

A bar is the join of its quotes' bars, and the join of two bars of one stretch of time is again theirs: it takes the
earliest open, the highest high, the lowest low and the latest close. So quotes may come twice, in any order and in any
batches: the bars are the same (the join is commutative, associative and idempotent: a semilattice).
"""

# No `from __future__ import annotations`: whoever stores bars as JSON reads the types of their fields.
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from divisa.domain.pair import Pair
from divisa.domain.quote import Quote

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Interval(StrEnum):
    """How long a bar is. Bars begin where whole intervals since 1970 UTC do: at midnight, on the hour or minute."""

    MINUTE = "1m"
    HOUR = "1h"
    DAY = "1d"

    @property
    def length(self) -> timedelta:
        """The time from one bar's start to the next one's."""
        return _LENGTHS[self]

    def start_of(self, at: datetime) -> datetime:
        """Where the bar starts in which a moment lies, UTC.

        >>> Interval.HOUR.start_of(datetime(2024, 1, 10, 15, 42, 7, tzinfo=UTC)).isoformat()
        '2024-01-10T15:00:00+00:00'
        """
        return _EPOCH + (at - _EPOCH) // self.length * self.length


_LENGTHS = {
    Interval.MINUTE: timedelta(minutes=1),
    Interval.HOUR: timedelta(hours=1),
    Interval.DAY: timedelta(days=1),
}


class BarKey(NamedTuple):
    """Which bar: there is one of each key."""

    pair: Pair
    interval: Interval
    start: datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """A pair's mids in one interval.

    Attributes:
        pair: the currency pair.
        interval: how long the bar is.
        start: when it begins, UTC, itself included; a quote at its end is the next bar's.
        open, high, low, close: the first, highest, lowest and last mid, in quote currency.
        opened_at, closed_at: event times of the first quote and of the last, UTC.
    """

    pair: Pair
    interval: Interval
    start: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    opened_at: datetime
    closed_at: datetime

    @property
    def key(self) -> BarKey:
        """Which bar this is."""
        return BarKey(self.pair, self.interval, self.start)

    def join(self, other: "Bar") -> "Bar":
        """The bar of the quotes of both. Of two quotes at one moment the lower opens and the higher closes.

        Raises:
            ValueError: they are not parts of one bar.
        """
        if self.key != other.key:
            raise ValueError("bars of different stretches of time have no join")
        opened_at, first = min((self.opened_at, self.open), (other.opened_at, other.open))
        closed_at, last = max((self.closed_at, self.close), (other.closed_at, other.close))
        high, low = max(self.high, other.high), min(self.low, other.low)
        return Bar(self.pair, self.interval, self.start, first, high, low, last, opened_at, closed_at)


def bar_of(quote: Quote, interval: Interval) -> Bar:
    """The bar of one quote alone."""
    mid, at = quote.mid, quote.event_time
    return Bar(quote.pair, interval, interval.start_of(at), mid, mid, mid, mid, at, at)


def bars_of(quotes: Iterable[Quote]) -> list[Bar]:
    """The bars of every interval that quotes make, in the order in which they begin."""
    return joined(bar_of(quote, interval) for quote in quotes for interval in Interval)


def joined(bars: Iterable[Bar]) -> list[Bar]:
    """Bars with those of one key joined, in the order in which their keys first come."""
    found: dict[BarKey, Bar] = {}
    for bar in bars:
        known = found.get(bar.key)
        found[bar.key] = bar if known is None else known.join(bar)
    return list(found.values())
