"""Quiet hours: from when until when, by the clock on a person's wall, nothing is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from divisa.domain.preferences import QuietHours

HOUR: Final = timedelta(hours=1)
SECOND: Final = timedelta(seconds=1)


def quiet_until(hours: QuietHours | None, time_zone: str, at: datetime) -> datetime | None:
    """When the quiet that there is at a moment ends.

    It is quiet at a moment when the wall shows `start` or later and not yet `end`; over midnight where `start` is
    later than `end`. So an hour that a change of the clock leaves out is quiet for nobody, and quiet whose end falls
    into it ends when the clock jumps; an hour that comes twice is quiet both times.

    Args:
        hours: the person's; None for never.
        time_zone: IANA name of the zone whose clocks the person reads.
        at: the moment, UTC.

    Returns:
        The first moment after `at` at which it is not quiet, UTC; None when it is not quiet at `at`.

    Raises:
        ZoneInfoNotFoundError: there is no such time zone.
    """
    if hours is None:
        return None
    zone = ZoneInfo(time_zone)
    if not _is_quiet(hours, zone, at):
        return None
    while True:
        end = at + _time_to_end(hours, zone, at)
        changed = _first_change(zone, at, end)
        if changed is None:
            return end
        if not _is_quiet(hours, zone, changed):
            return changed
        at = changed


def _is_quiet(hours: QuietHours, zone: ZoneInfo, at: datetime) -> bool:
    wall = at.astimezone(zone).time()
    if hours.start < hours.end:
        return hours.start <= wall < hours.end
    return wall >= hours.start or wall < hours.end


def _time_to_end(hours: QuietHours, zone: ZoneInfo, at: datetime) -> timedelta:
    """How long the wall still shows quiet, if nobody changes the clock; above 0, below a day."""
    wall = at.astimezone(zone).replace(tzinfo=None)
    return (datetime.combine(wall.date(), hours.end) - wall) % timedelta(days=1)


def _first_change(zone: ZoneInfo, start: datetime, end: datetime) -> datetime | None:
    """The first moment in (start, end] at which the zone's clocks show another offset; changes fall on seconds."""
    offset, before = zone.utcoffset(start.astimezone(zone)), start
    while before < end:
        after = min(before + HOUR, end)
        if zone.utcoffset(after.astimezone(zone)) != offset:
            low, high = int(before.timestamp()), -int(-after.timestamp() // 1)
            while high - low > 1:
                middle = (low + high) // 2
                is_later = zone.utcoffset(datetime.fromtimestamp(middle, zone)) != offset
                low, high = (low, middle) if is_later else (middle, high)
            return datetime.fromtimestamp(high, UTC)
        before = after
    return None
