"""How often an idle shard is asked for records."""

from __future__ import annotations

ACTIVE_SECONDS = 0.04
IDLE_SECONDS = 0.2
STAYS_ACTIVE_SECONDS = 10.0


class Pace:
    """Asks often while records come and for a while after, then less and less often.

    >>> pace = Pace(now=0.0)
    >>> pace.wait_after(found=True, now=1.0), pace.wait_after(found=False, now=2.0)
    (0.0, 0.04)
    >>> [round(pace.wait_after(found=False, now=now), 2) for now in (20.0, 20.1, 20.2, 20.4)]
    [0.06, 0.09, 0.14, 0.2]
    """

    def __init__(self, now: float) -> None:
        self._last_found = now
        self._wait = ACTIVE_SECONDS

    def wait_after(self, *, found: bool, now: float) -> float:
        """Seconds to wait before the next read, after one at `now` (a steady clock) that did or did not find any."""
        if found:
            self._last_found, self._wait = now, ACTIVE_SECONDS
            return 0.0
        if now - self._last_found > STAYS_ACTIVE_SECONDS:
            self._wait = min(IDLE_SECONDS, self._wait * 1.5)
        return self._wait
