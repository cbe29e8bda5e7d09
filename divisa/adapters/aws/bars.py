"""Bars in DynamoDB: one item a bar, one partition a stretch of time, so that no partition grows for ever."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.items import KEPT, BarItem
from divisa.domain.bars import Bar, Interval, joined
from divisa.domain.pair import Pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from divisa.adapters.aws.table import Image, Table

KEPT_FOR: Final = {
    Interval.MINUTE: timedelta(days=14),
    Interval.HOUR: KEPT,
    Interval.DAY: timedelta(days=3653),
}
"""How long a bar stays from the day that it was stored last: minutes are looked at for days, days for years."""
SPAN: Final = {Interval.MINUTE: "%Y-%m-%d", Interval.HOUR: "%Y-%m", Interval.DAY: "%Y"}
"""The stretch of time whose bars share a partition, as part of its key: at most 1,440 bars."""
_LEAST = timedelta(microseconds=1)


class DynamoBars:
    """`Bars` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def merge(self, bars: Iterable[Bar]) -> None:
        """Join bars with those that are stored: one read and one write for every 25 of them."""
        mine = joined(bars)
        stored = self._table.get_many(map(_key, mine), consistent=True)
        both = {bar.key: bar for bar in joined([*mine, *self._table.read_all(stored, _bar)])}
        self._table.put_many(_item(both[bar.key]) for bar in mine)

    def newest(self, pair: Pair, interval: Interval, since: datetime, until: datetime, limit: int) -> Sequence[Bar]:
        """The newest bars that start in [since, until), at most `limit`, the oldest of them first.

        One query a stretch of time, the newest first, until there are enough; callers bound `since`.
        """
        found: list[Bar] = []
        if since >= until:
            return found
        for span in _spans(interval, since, until):
            partition = f"{pair}#{interval}#{span}"
            within = BarItem.start.between(since, until - _LEAST)
            for page in self._table.pages(partition, within=within, page=limit - len(found), descending=True):
                found += self._table.read_all(page, _bar)
                if len(found) >= limit:
                    return found[::-1]
        return found[::-1]


def _spans(interval: Interval, since: datetime, until: datetime) -> Iterator[str]:
    """The stretches that [since, until) touches, the newest first."""
    seen = ""
    at = interval.start_of(until - _LEAST)
    step = max(interval.length, timedelta(days=1))
    while True:
        span = at.strftime(SPAN[interval])
        if span != seen:
            yield span
            seen = span
        if at <= since:
            return
        at = max(at - step, since)


def _partition(bar: Bar) -> str:
    return f"{bar.pair}#{bar.interval}#{bar.start.strftime(SPAN[bar.interval])}"


def _key(bar: Bar) -> tuple[str, str]:
    return _partition(bar), BarItem.start.serialize(bar.start)


def _item(bar: Bar) -> BarItem:
    return BarItem(
        pair_interval_span=_partition(bar),
        start=bar.start,
        open=f"{bar.open:f}",
        high=f"{bar.high:f}",
        low=f"{bar.low:f}",
        close=f"{bar.close:f}",
        opened_at=bar.opened_at,
        closed_at=bar.closed_at,
        ttl=KEPT_FOR[bar.interval],  # From now by the wall: a replay's own time may be years ago.
    )


def _bar(image: Image) -> Bar:
    item = BarItem.from_raw_data(image)
    pair, interval, _ = item.pair_interval_span.split("#")
    return Bar(
        pair=Pair.parse(pair),
        interval=Interval(interval),
        start=item.start,
        open=Decimal(item.open),
        high=Decimal(item.high),
        low=Decimal(item.low),
        close=Decimal(item.close),
        opened_at=item.opened_at,
        closed_at=item.closed_at,
    )
