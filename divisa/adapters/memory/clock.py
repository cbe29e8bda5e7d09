"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ManualClock:
    """A `Clock` whose time is set by hand."""

    def __init__(self, at: datetime, *, speed: float = 1.0) -> None:
        """Start at `at`; `speed` is how many seconds of this clock pass in one second of people's time."""
        self._now = at.astimezone(UTC)
        self._speed = speed

    def now(self) -> datetime:
        """The time that was set last, UTC."""
        return self._now

    def age(self, at: datetime) -> timedelta:
        """How long ago `at` was, in people's time: the difference on this clock over its speed."""
        return (self._now - at) / self._speed

    def later(self, delay: timedelta) -> datetime:
        """The moment that comes after waiting for `delay`, in people's time, from now."""
        return self._now + delay * self._speed

    def set(self, at: datetime) -> None:
        """Make it `at`, forwards or backwards."""
        self._now = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by
