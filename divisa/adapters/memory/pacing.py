"""Places of the week in a dictionary."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.pacing import with_place

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.pacing import Places


class MemoryPacing:
    """`Pacing` of one process; safe to share between threads."""

    def __init__(self) -> None:
        self._by_user: dict[str, Places] = {}
        self._lock = Lock()

    def take(self, user_id: str, suggestion_id: str, at: datetime, cap: int) -> bool:
        """Take a place for a suggestion; False, and nothing is written, when the week has no room for it."""
        with self._lock:
            places = with_place(self._by_user.get(user_id, {}), suggestion_id, at, cap)
            if places is None:
                return False
            self._by_user[user_id] = places
        return True

    def erase(self, user_id: str) -> int:
        """Delete what there is of a user; returns how many rows that were."""
        with self._lock:
            return 0 if self._by_user.pop(user_id, None) is None else 1
