"""When the currency market trades: all week but Friday 17:00 to Sunday 17:00 in New York. Holidays are ignored."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulator.draws import Ints

NEW_YORK = ZoneInfo("America/New_York")
SECONDS_A_DAY = 86_400
_CLOSE = time(17)
_FRIDAY = 4


def weekly_sessions(first: date, last: date) -> Ints:
    """Openings and closings of every market week that touches the days from first to last.

    Returns:
        int64, shape (weeks, 2): seconds since 1970 UTC of Sunday 17:00 and Friday 17:00 New York.
    """
    sunday = first - timedelta(days=(first.weekday() + 1) % 7 + 7)
    weeks = []
    while sunday <= last:
        weeks.append((_moment(sunday), _moment(sunday + timedelta(days=5))))
        sunday += timedelta(days=7)
    return np.array(weeks, dtype=np.int64)


def is_open(at: Ints, sessions: Ints) -> NDArray[np.bool_]:
    """Whether each moment (seconds since 1970 UTC) lies in a session; the opening counts, the closing does not."""
    return np.asarray(np.searchsorted(sessions.ravel(), at, side="right") % 2 == 1)


def trading_seconds(day: date) -> int:
    """Seconds of a UTC day, from midnight on, in which users look at the market; 0 at weekends.

    Users take no notice of the two hours of Sunday evening, UTC. A Friday ends when New York closes.

    >>> trading_seconds(date(2024, 7, 5)) // 3600
    21
    """
    if day.weekday() > _FRIDAY:
        return 0
    if day.weekday() < _FRIDAY:
        return SECONDS_A_DAY
    return _moment(day) % SECONDS_A_DAY


def midnight(day: date) -> int:
    """Seconds since 1970 UTC of a UTC day's beginning."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def _moment(day: date) -> int:
    return int(datetime.combine(day, _CLOSE, NEW_YORK).timestamp())
