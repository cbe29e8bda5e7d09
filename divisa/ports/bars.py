"""Bars of past prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from divisa.domain.bars import Bar, Interval
    from divisa.domain.pair import Pair


class Bars(Protocol):
    """The table of bars. Bars go some time after they were stored, the short ones first."""

    def merge(self, bars: Iterable[Bar]) -> None:
        """Join bars with those that are stored; the same bars again change nothing.

        One writer a pair at a time, as the stream's shards have it: of two at once one may lose its share.

        Raises:
            StoreUnavailable: some were not stored; merging all of them again is safe.
        """

    def newest(self, pair: Pair, interval: Interval, since: datetime, until: datetime, limit: int) -> Sequence[Bar]:
        """The newest bars that start in [since, until), at most `limit` ≥ 1, the oldest of them first."""
