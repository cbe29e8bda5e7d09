from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.clock import ReplayClock
from divisa.adapters.memory.clock import ManualClock

if TYPE_CHECKING:
    from divisa.ports import Clock
    from tests.ministack import BareMiniStack

WALL = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENT = datetime(2024, 5, 1, tzinfo=UTC)
SPEED = 3600.0


@pytest.fixture
def clock(side: str, request: pytest.FixtureRequest) -> Clock:
    """A replay's clock, one hour of events a second, ten seconds after its start."""
    if side == "memory":
        return ManualClock(EVENT + timedelta(hours=10), speed=SPEED)
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    name = f"/contract/{uuid.uuid4().hex[:12]}/clock"
    value = f'{{"origin_event":"2024-05-01T00:00:00Z","origin_wall":"2026-03-01T06:00:00-06:00","speed":{SPEED}}}'
    cloud.client("ssm").put_parameter(Name=name, Value=value, Type="String")
    client = clients.ssm()
    request.addfinalizer(client.close)
    return ReplayClock(client, name, wall=lambda: WALL + timedelta(seconds=10))


def test_it_is_the_replays_time_utc(clock: Clock) -> None:
    assert clock.now() == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_age_is_what_people_wait(clock: Clock) -> None:
    assert clock.age(EVENT) == timedelta(seconds=10)
    assert clock.age(clock.now() + timedelta(hours=2)) == timedelta(seconds=-2)


def test_later_is_the_inverse_of_age(clock: Clock) -> None:
    later = clock.later(timedelta(seconds=30))
    assert later == datetime(2024, 5, 2, 16, tzinfo=UTC)
    assert clock.age(later) == timedelta(seconds=-30)
