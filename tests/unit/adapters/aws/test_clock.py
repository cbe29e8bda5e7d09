from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from divisa.adapters.aws.clock import ReplayClock, SystemClock
from divisa.domain.errors import InvalidSetting, StoreUnavailable
from tests.unit.adapters.aws.failing import Scripted, client_error

WALL = datetime(2026, 3, 1, 12, tzinfo=UTC)
GONE = ReadTimeoutError(endpoint_url="http://127.0.0.1")


def parameter(speed: Any = 60.0, event: str = "2024-05-01T00:00:00Z", wall: str = "2026-03-01T12:00:00Z") -> Any:
    return {"Parameter": {"Value": json.dumps({"origin_event": event, "origin_wall": wall, "speed": speed})}}


class Walls:
    """A wall clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = WALL

    def __call__(self) -> datetime:
        return self.at


def replay(*steps: Any) -> tuple[ReplayClock, Any, Walls]:
    client: Any = Scripted(*steps)
    wall = Walls()
    return ReplayClock(client, "/divisa/test/clock", wall=wall), client, wall


def test_the_systems_clock_tells_the_time_of_day() -> None:
    clock = SystemClock()
    before = datetime.now(UTC)
    now = clock.now()
    assert now.tzinfo is UTC
    assert before <= now <= datetime.now(UTC)
    assert clock.age(before) >= timedelta()
    assert clock.later(timedelta(hours=1)) > now + timedelta(minutes=59)


def test_the_parameter_is_read_again_after_a_second() -> None:
    clock, client, wall = replay(parameter(60.0), parameter(3600.0))
    assert clock.now() == datetime(2024, 5, 1, tzinfo=UTC)
    wall.at += timedelta(seconds=0.5)
    assert clock.now() == datetime(2024, 5, 1, 0, 0, 30, tzinfo=UTC)
    assert len(client.calls) == 1
    wall.at += timedelta(seconds=0.5)
    assert clock.now() == datetime(2024, 5, 1, 1, tzinfo=UTC)
    assert len(client.calls) == 2


def test_the_clock_runs_on_while_ssm_is_away() -> None:
    clock, _, wall = replay(parameter(60.0), GONE, GONE)
    clock.now()
    wall.at += timedelta(seconds=5)
    assert clock.now() == datetime(2024, 5, 1, 0, 5, tzinfo=UTC)
    assert clock.age(datetime(2024, 5, 1, tzinfo=UTC)) == timedelta(seconds=5)


@pytest.mark.parametrize("failure", [GONE, client_error("ParameterNotFound", 400)])
def test_a_clock_that_never_was_read_is_unavailable(failure: Exception) -> None:
    clock, _, _ = replay(failure)
    with pytest.raises(StoreUnavailable, match="/divisa/test/clock") as gone:
        clock.now()
    assert gone.value.__cause__ is failure


@pytest.mark.parametrize(
    "answer",
    [
        {"Parameter": {"Value": "none"}},
        parameter(speed=0),
        parameter(speed=-1),
        parameter(speed="fast"),
        parameter(event="2024-05-01T00:00:00"),
        parameter(wall="yesterday"),
    ],
)
def test_a_parameter_that_is_no_clock_is_a_wrong_setting(answer: Any) -> None:
    clock, _, _ = replay(answer)
    with pytest.raises(InvalidSetting, match="/divisa/test/clock"):
        clock.now()
