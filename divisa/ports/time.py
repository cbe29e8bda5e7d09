"""What time it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """The present, UTC."""

    def age(self, at: datetime) -> timedelta:
        """How long ago `at` was, in time as people wait for it; negative when it lies ahead.

        A replay runs through days in seconds: there, a day-old event may be a second old.
        """

    def later(self, delay: timedelta) -> datetime:
        """The moment, UTC, that comes after waiting for `delay` from now; the inverse of `age`."""
