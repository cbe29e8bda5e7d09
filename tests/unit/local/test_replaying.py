from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.adapters.aws.clock import ReplayTime
from divisa.adapters.memory.quote_stream import MemoryQuoteStream
from divisa.domain.errors import InvalidSetting
from local.replaying import LEAD, MAX_SPEED, Replay, replay, wall_time
from tests.builders import WEDNESDAY, a_quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from divisa.domain.quote import Quote

TODAY = datetime(2030, 6, 3, 9, 0, tzinfo=UTC)
CLOCK = "/divisa/local/clock"


class Wall:
    """A wall clock that passes while somebody sleeps, and parameters that somebody set."""

    def __init__(self) -> None:
        self.at = TODAY
        self.slept: list[float] = []
        self.parameters: dict[str, str] = {}

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)

    def put_parameter(self, **arguments: Any) -> None:
        assert arguments.pop("Overwrite") is True
        self.parameters[arguments["Name"]] = arguments["Value"]


class TimedStream(MemoryQuoteStream):
    """Notes when each batch came, and takes its time for it."""

    def __init__(self, wall: Wall, takes: timedelta) -> None:
        super().__init__()
        self.batches: list[tuple[datetime, int]] = []
        self._wall, self._takes = wall, takes

    def publish(self, quotes: Iterable[Quote]) -> int:
        published = super().publish(quotes)
        self.batches.append((self._wall.at, published))
        self._wall.at += self._takes
        return published


def run(
    quotes: Sequence[Quote], speed: float, *, takes: timedelta = timedelta(0), seen: list[int] | None = None
) -> tuple[Wall, TimedStream, Replay]:
    wall = Wall()
    stream, told = TimedStream(wall, takes), [] if seen is None else seen
    ssm: Any = wall
    done = replay(
        quotes,
        stream,
        ssm,
        CLOCK,
        speed=speed,
        on_quotes=lambda published: told.append(len(published)),
        now=wall.now,
        sleep=wall.sleep,
    )
    return wall, stream, done


def hourly(count: int) -> list[Quote]:
    return [a_quote(at=WEDNESDAY + timedelta(hours=n), sequence=n + 1) for n in range(count)]


def test_each_quote_is_published_at_its_moment_on_the_replays_clock() -> None:
    quotes = hourly(3)
    _, stream, done = run(quotes, 3600.0)

    start = TODAY + LEAD
    assert stream.published == quotes
    assert [at for at, _ in stream.batches] == [start + timedelta(seconds=n) for n in range(3)]
    assert done.quotes == 3
    assert [done.time.at(at) for at, _ in stream.batches] == [quote.event_time for quote in quotes]


def test_the_clock_is_set_before_the_first_quote_so_that_every_function_follows_it_by_then() -> None:
    wall, _, done = run(hourly(1), 7200.0)

    written = msgspec.json.decode(wall.parameters[CLOCK], type=ReplayTime)
    assert written == done.time == ReplayTime(WEDNESDAY, TODAY + LEAD, 7200.0)
    assert wall.slept == [LEAD.total_seconds()]


def test_quotes_of_one_moment_go_out_together_and_whoever_watches_is_told() -> None:
    same = [a_quote(sequence=1), a_quote(sequence=2, source="other")]
    seen: list[int] = []
    _, stream, _ = run([*same, *hourly(2)[1:]], 3600.0, seen=seen)

    assert [count for _, count in stream.batches] == [2, 1]
    assert seen == [2, 1]


def test_a_stream_that_is_slower_than_the_replay_is_not_waited_for_twice() -> None:
    wall, stream, _ = run(hourly(3), 3600.0, takes=timedelta(seconds=5))

    assert wall.slept == [LEAD.total_seconds()]
    assert len(stream.published) == 3


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan, math.inf, 2 * MAX_SPEED])
def test_a_speed_that_is_none_is_named_before_anything_is_touched(speed: float) -> None:
    wall = Wall()
    stream, ssm = MemoryQuoteStream(), wall
    client: Any = ssm
    with pytest.raises(InvalidSetting, match="^speed: is none above 0 and up to 1,000,000$"):
        replay(hourly(1), stream, client, CLOCK, speed=speed, now=wall.now, sleep=wall.sleep)
    assert (wall.parameters, stream.published) == ({}, [])


@given(
    speed=st.floats(1.0, MAX_SPEED),
    after=st.timedeltas(timedelta(0), timedelta(days=3660)),
)
def test_wall_time_is_the_inverse_of_the_replays_time(speed: float, after: timedelta) -> None:
    running = ReplayTime(WEDNESDAY, TODAY, speed)
    moment = WEDNESDAY + after
    # A microsecond of wall time, which is what a datetime holds, is `speed` of them in the replay.
    assert abs(running.at(wall_time(running, moment)) - moment) <= timedelta(microseconds=1) * speed
