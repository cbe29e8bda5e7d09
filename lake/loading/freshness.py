"""How fresh datasets are, by their newest files: written down by runs, so that whoever looks reads little.

Quick, and with few imports: a function looks on AWS.
"""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from divisa.domain.gate import market_is_open
from lake.storage.objects import Objects

_FRESHNESS: Final = "freshness/"


class Freshness(msgspec.Struct, frozen=True):
    """What is known of a dataset's newest file, and what is promised of the next one.

    Attributes:
        dataset: its name.
        newest: when the newest file landed that is in tables, UTC.
        promise: how long it may be until the next one.
        market_hours: whether that is promised while markets are open only.
    """

    dataset: str
    newest: datetime
    promise: timedelta
    market_hours: bool = False

    def is_kept(self, now: datetime) -> bool:
        """Whether the promise is kept at a moment, UTC."""
        return now - self.newest <= self.promise or not is_promised(now, self.promise, market_hours=self.market_hours)


def is_promised(now: datetime, promise: timedelta, *, market_hours: bool) -> bool:
    """Whether there has to be something new by a moment, UTC.

    Where it is promised for market hours only, that is while markets are open, and were as long ago as promised.

    >>> from datetime import UTC
    >>> is_promised(datetime(2024, 1, 6, 12, tzinfo=UTC), timedelta(minutes=15), market_hours=True)  # a Saturday
    False
    """
    return not market_hours or (market_is_open(now) and market_is_open(now - promise))


def tell(objects: Objects, fresh: Freshness) -> None:
    """Write down how fresh a dataset is."""
    objects.put(f"{_FRESHNESS}{fresh.dataset}.json", msgspec.json.encode(fresh))


def told(objects: Objects) -> Iterator[Freshness]:
    """How fresh each dataset is of which there ever was a file, by name."""
    for each in objects.listed(_FRESHNESS):
        yield msgspec.json.decode(objects.read(each.key), type=Freshness)
