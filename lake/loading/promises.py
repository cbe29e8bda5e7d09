"""How datasets fare against what is promised of them, written down by runs, so that whoever looks reads little.

Quick, and with few imports: a function looks on AWS.
"""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from divisa.domain.gate import market_is_open
from lake.storage.objects import Objects

_PROMISES: Final = "promises/"
LATELY: Final = timedelta(days=1)
"""Rows count that were received so long before the newest file, or later."""


class Promise(msgspec.Struct, frozen=True):
    """What is known of a dataset, and what is promised of it.

    Attributes:
        dataset: its name.
        newest: when the newest file landed that is in tables, UTC.
        freshness: how long it may be until the next one.
        market_hours: whether that is promised while markets are open only.
        rows: rows that were received lately.
        set_aside: how many of them were set aside.
        tolerated: the part of them that may be.
    """

    dataset: str
    newest: datetime
    freshness: timedelta
    market_hours: bool = False
    rows: int = 0
    set_aside: int = 0
    tolerated: float = 1.0

    def is_fresh(self, now: datetime) -> bool:
        """Whether there is something new as often as promised, at a moment, UTC."""
        is_promised = is_promised_by(now, self.freshness, market_hours=self.market_hours)
        return not is_promised or now - self.newest <= self.freshness

    @property
    def is_clean(self) -> bool:
        """Whether no more of its rows were set aside than is tolerated."""
        return self.set_aside <= self.tolerated * self.rows


def is_promised_by(now: datetime, freshness: timedelta, *, market_hours: bool) -> bool:
    """Whether there has to be something new by a moment, UTC.

    Where it is promised for market hours only, that is while markets are open, and were as long ago as promised.

    >>> from datetime import UTC
    >>> is_promised_by(datetime(2024, 1, 6, 12, tzinfo=UTC), timedelta(minutes=15), market_hours=True)  # a Saturday
    False
    """
    return not market_hours or (market_is_open(now) and market_is_open(now - freshness))


def tell(objects: Objects, promise: Promise) -> None:
    """Write down how a dataset fares."""
    objects.put(f"{_PROMISES}{promise.dataset}.json", msgspec.json.encode(promise))


def told(objects: Objects) -> Iterator[Promise]:
    """How each dataset fares of which there ever was a file, by name."""
    for each in objects.listed(_PROMISES):
        yield msgspec.json.decode(objects.read(each.key), type=Promise)
