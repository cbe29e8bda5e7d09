"""Bars in a dictionary."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.bars import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from divisa.domain.bars import Bar, BarKey, Interval
    from divisa.domain.pair import Pair


class MemoryBars:
    """`Bars` of one process, which keeps them all; safe to share between threads."""

    def __init__(self) -> None:
        self._bars: dict[BarKey, Bar] = {}
        self._lock = Lock()

    def merge(self, bars: Iterable[Bar]) -> None:
        """Join bars with those that are stored."""
        with self._lock:
            for bar in joined(bars):
                known = self._bars.get(bar.key)
                self._bars[bar.key] = bar if known is None else known.join(bar)

    def newest(self, pair: Pair, interval: Interval, since: datetime, until: datetime, limit: int) -> Sequence[Bar]:
        """The newest bars that start in [since, until), at most `limit`, the oldest of them first."""
        found = [
            bar
            for bar in self._bars.values()
            if bar.pair == pair and bar.interval is interval and since <= bar.start < until
        ]
        return sorted(found, key=lambda bar: bar.start)[-limit:]
