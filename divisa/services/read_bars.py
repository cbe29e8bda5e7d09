"""Read the bars of a chart: the newest of a stretch of time, and never more than one answer holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.bars import Bar, Interval
    from divisa.domain.pair import Pair
    from divisa.ports import Bars, Markets

MAX_BARS: Final = 1000
"""Bars of one answer: more than a screen has columns, some 100 KB."""
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""No bar starts earlier."""
CLOSED: Final = timedelta(days=4)
"""The longest that the market stays closed: a weekend with holidays around it."""


def reach(interval: Interval, limit: int) -> timedelta:
    """How far back bars are looked for: twice the time that they take, since the market is closed two days in seven."""
    return 2 * limit * interval.length + CLOSED


@dataclass(frozen=True, slots=True)
class ReadBars:
    """Reads a pair's past.

    Attributes:
        pairs: the served pairs.
    """

    pairs: frozenset[Pair]
    markets: Markets
    bars: Bars

    def __call__(
        self, pair: Pair, interval: Interval, *, since: datetime | None, until: datetime | None, limit: int
    ) -> Sequence[Bar]:
        """The newest bars of a stretch of time, the oldest of them first.

        The stretch ends with the newest quote at the latest, and reaches back `reach(interval, limit)` at most: where
        bars are that rare, an earlier `until` finds the older ones.

        Args:
            pair: which pair.
            interval: how long the bars are.
            since: bars that start earlier are left out, UTC; None for no bound.
            until: bars that start then or later are left out, UTC; None for no bound.
            limit: at most so many, 1 to 1,000.

        Raises:
            NotFound: the pair is not served.
            InvalidInput: no such limit.
            StoreUnavailable: a table did not answer.
        """
        if pair not in self.pairs:
            raise NotFound("no such pair")
        if not 1 <= limit <= MAX_BARS:
            raise InvalidInput(f"the limit is none from 1 to {MAX_BARS}")
        newest = self.markets.load(pair).quote
        if newest is None:
            return ()
        # By the newest quote and not by the time of day, so that a weekend, or a replay that has ended, shows its end.
        end = interval.start_of(newest.event_time) + interval.length
        end = end if until is None else min(end, until)
        if end <= EARLIEST:
            return ()
        start = max(end - reach(interval, limit), EARLIEST)
        return self.bars.newest(pair, interval, start if since is None else max(start, since), end, limit)
