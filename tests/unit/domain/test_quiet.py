from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from divisa.domain.preferences import QuietHours, time_zones
from divisa.domain.quiet import quiet_until

NIGHT = QuietHours(time(22), time(7))
SANTIAGO, NEW_YORK, APIA, LORD_HOWE = "America/Santiago", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"
TINY = timedelta(microseconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def is_quiet(hours: QuietHours, zone: str, at: datetime) -> bool:
    """By the definition: what the wall shows lies in [start, end), over midnight where it must."""
    wall = at.astimezone(ZoneInfo(zone)).time()
    if hours.start < hours.end:
        return hours.start <= wall < hours.end
    return not hours.end <= wall < hours.start


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2024-01-10T21:59:59.999999", None),
        ("2024-01-10T22:00", "2024-01-11T07:00"),
        ("2024-01-10T23:59:59.999999", "2024-01-11T07:00"),
        ("2024-01-11T00:00", "2024-01-11T07:00"),
        ("2024-01-11T06:59:59.999999", "2024-01-11T07:00"),
        ("2024-01-11T07:00", None),
        ("2024-01-31T23:00", "2024-02-01T07:00"),
        ("2024-02-28T23:00", "2024-02-29T07:00"),
        ("2023-12-31T23:00", "2024-01-01T07:00"),
    ],
)
def test_a_night_goes_over_midnight_and_over_the_end_of_a_month(at: str, end: str | None) -> None:
    assert quiet_until(NIGHT, "UTC", utc(at)) == (None if end is None else utc(end))


def test_who_asked_for_no_quiet_hours_has_none() -> None:
    assert quiet_until(None, "UTC", utc("2024-01-10T03:00")) is None


def test_hours_are_counted_where_the_person_lives() -> None:
    siesta = QuietHours(time(14), time(16))
    assert quiet_until(siesta, "America/Mexico_City", utc("2024-01-10T20:30")) == utc("2024-01-10T22:00")
    assert quiet_until(siesta, "Asia/Kathmandu", utc("2024-01-10T09:00")) == utc("2024-01-10T10:15")


@pytest.mark.parametrize(
    ("hours", "zone", "at", "end"),
    [
        # New York, 10 March 2024: the clock jumps from 2:00 to 3:00, at 7:00 UTC.
        (QuietHours(time(22), time(7)), NEW_YORK, "2024-03-10T04:00", "2024-03-10T11:00"),
        (QuietHours(time(1), time(2, 30)), NEW_YORK, "2024-03-10T06:30", "2024-03-10T07:00"),
        (QuietHours(time(1), time(3)), NEW_YORK, "2024-03-10T06:30", "2024-03-10T07:00"),
        (QuietHours(time(1), time(3, 15)), NEW_YORK, "2024-03-10T06:30", "2024-03-10T07:15"),
        (QuietHours(time(2, 15), time(2, 45)), NEW_YORK, "2024-03-10T07:00", None),
        (QuietHours(time(2, 30), time(4)), NEW_YORK, "2024-03-10T07:00", "2024-03-10T08:00"),
        # 3 November 2024: from 2:00 back to 1:00, at 6:00 UTC.
        (QuietHours(time(22), time(7)), NEW_YORK, "2024-11-03T03:00", "2024-11-03T12:00"),
        (QuietHours(time(0), time(1, 30)), NEW_YORK, "2024-11-03T04:30", "2024-11-03T05:30"),
        (QuietHours(time(0), time(1, 30)), NEW_YORK, "2024-11-03T05:45", None),
        (QuietHours(time(0), time(1, 30)), NEW_YORK, "2024-11-03T06:00", "2024-11-03T06:30"),
        (QuietHours(time(1, 15), time(2)), NEW_YORK, "2024-11-03T05:30", "2024-11-03T06:00"),
        (QuietHours(time(1), time(2)), NEW_YORK, "2024-11-03T05:30", "2024-11-03T07:00"),
        # Santiago changes at midnight: 8 September 2024 has no hour from 0:00 to 1:00.
        (QuietHours(time(22), time(0, 30)), SANTIAGO, "2024-09-08T03:30", "2024-09-08T04:00"),
        # Lord Howe moves by half an hour: 6 October 2024, from 2:00 to 2:30, at 15:30 UTC.
        (QuietHours(time(1), time(2, 15)), LORD_HOWE, "2024-10-05T15:00", "2024-10-05T15:30"),
        # Apia left out 30 December 2011 as a whole; the wall's time went on.
        (QuietHours(time(22), time(7)), APIA, "2011-12-30T09:00", "2011-12-30T17:00"),
    ],
)
def test_a_change_of_the_clock_is_followed(hours: QuietHours, zone: str, at: str, end: str | None) -> None:
    assert quiet_until(hours, zone, utc(at)) == (None if end is None else utc(end))


TIMES = st.times() | st.builds(time, st.integers(0, 3), st.sampled_from([0, 15, 30, 45]))
ZONES = st.sampled_from(sorted(time_zones())) | st.sampled_from(
    [SANTIAGO, NEW_YORK, LORD_HOWE, APIA, "Africa/Casablanca"]
)
MOMENTS = st.integers(0, 45 * 366 * 86_400).map(lambda second: utc("1990-01-01T00:00") + timedelta(seconds=second))


@st.composite
def moments_near_a_change(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and a moment within a day and a half of one of its changes, where a drawn year has any."""
    zone, year = draw(ZONES), draw(st.integers(1990, 2034))
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(365)]
    info = ZoneInfo(zone)
    changes = [
        at
        for at in noons
        if info.utcoffset(at.astimezone(info)) != info.utcoffset((at - timedelta(days=1)).astimezone(info))
    ]
    middle = draw(st.sampled_from(changes or noons))
    return zone, middle - draw(st.timedeltas(timedelta(0), timedelta(hours=36)))


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.tuples(ZONES, MOMENTS) | moments_near_a_change(), TIMES, TIMES)
@example((NEW_YORK, utc("2024-11-03T04:30")), time(0), time(1, 30))
def test_it_is_quiet_until_the_end_and_no_longer(where: tuple[str, datetime], start: time, end: time) -> None:
    assume(start != end)
    (zone, at), hours = where, QuietHours(start, end)
    until = quiet_until(hours, zone, at)
    assert (until is not None) == is_quiet(hours, zone, at)
    if until is None:
        return
    assert until.utcoffset() == timedelta(0)
    assert at < until <= at + timedelta(hours=50)
    assert not is_quiet(hours, zone, until)
    assert is_quiet(hours, zone, until - TINY)
    steps = 150
    assert all(is_quiet(hours, zone, at + (until - TINY - at) * step / steps) for step in range(steps + 1))
