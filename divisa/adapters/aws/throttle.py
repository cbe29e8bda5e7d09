"""A throttle in DynamoDB: an item a user and minute, which counts up to the limit and then refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.items import ThrottleItem
from divisa.domain.throttling import seconds_left, window_of

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.adapters.aws.table import Table

KEPT: Final = timedelta(minutes=10)
"""How long a minute's count stays, at least."""


class DynamoThrottle:
    """`Throttle` in one table; one write a request that is let through, and a refused one is not written."""

    def __init__(self, table: Table, limit: int) -> None:
        """`limit` requests a user and minute."""
        self._table = table
        self._limit = limit

    def take(self, user_id: str, at: datetime) -> int:
        """Count one request; 0, or the seconds until the next minute when the user has had all of this one."""
        counted = [ThrottleItem.requests.add(1), ThrottleItem.ttl.set(at + KEPT)]
        room = ThrottleItem.requests.does_not_exist() | (ThrottleItem.requests < self._limit)
        return seconds_left(at) if self._table.update(user_id, window_of(at), counted, room) is None else 0
