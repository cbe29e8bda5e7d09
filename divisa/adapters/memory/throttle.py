"""A throttle in memory."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.throttling import seconds_left, window_of

if TYPE_CHECKING:
    from datetime import datetime


class MemoryThrottle:
    """`Throttle` of one process; safe to share between threads. Keeps every minute."""

    def __init__(self, limit: int) -> None:
        """`limit` requests a user and minute."""
        self._limit = limit
        self._taken: dict[tuple[str, str], int] = {}
        self._lock = Lock()

    def take(self, user_id: str, at: datetime) -> int:
        """Count one request; 0, or the seconds until the next minute when the user has had all of this one."""
        key = (user_id, window_of(at))
        with self._lock:
            taken = self._taken.get(key, 0)
            if taken >= self._limit:
                return seconds_left(at)
            self._taken[key] = taken + 1
        return 0
