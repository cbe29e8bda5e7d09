"""Publish past prices at the pace of a replay's clock, and set that clock for the functions."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

import msgspec

from divisa.adapters.aws.clock import REREAD, ReplayTime, SystemClock
from divisa.domain.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mypy_boto3_ssm import SSMClient

    from divisa.domain.quote import Quote
    from divisa.ports import QuoteStream

LEAD: Final = REREAD + timedelta(seconds=0.5)
"""Wall time between setting the clock and the first quote: by then no function goes by the old one."""
MAX_SPEED: Final = 1e6
"""Eleven days a second; faster, the clock would run out of years while somebody looks on."""

_WALL: Final = SystemClock()


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay that was made.

    Attributes:
        quotes: how many were published.
        time: how its time ran.
    """

    quotes: int
    time: ReplayTime


def replay(
    quotes: Sequence[Quote],
    stream: QuoteStream,
    ssm: SSMClient,
    clock_parameter: str,
    *,
    speed: float,
    on_quotes: Callable[[Sequence[Quote]], None] = lambda published: None,
    now: Callable[[], datetime] = _WALL.now,
    sleep: Callable[[float], None] = time.sleep,
) -> Replay:
    """Publish quotes, each when its moment comes on the replay's clock.

    Args:
        quotes: in order of time, at least one.
        stream: where to publish.
        ssm: client for the clock's parameter.
        clock_parameter: its name.
        speed: replayed seconds in a second, above 0 and at most MAX_SPEED.
        on_quotes: told what was published, after it was.
        now: tells the time of day, UTC.
        sleep: waits for so many seconds.

    Raises:
        InvalidSetting: there is no such speed; nothing was published.
        StreamUnavailable: the stream refused quotes after every retry.
    """
    if not 0 < speed <= MAX_SPEED:
        raise InvalidSetting("speed", f"is none above 0 and up to {MAX_SPEED:,.0f}")
    running = ReplayTime(quotes[0].event_time, now() + LEAD, speed)
    ssm.put_parameter(Name=clock_parameter, Value=msgspec.json.encode(running).decode(), Type="String", Overwrite=True)
    published = 0
    for moment, same in groupby(quotes, key=lambda quote: quote.event_time):
        wait = (wall_time(running, moment) - now()).total_seconds()
        if wait > 0:
            sleep(wait)
        batch = list(same)
        published += stream.publish(batch)
        on_quotes(batch)
    return Replay(published, running)


def wall_time(running: ReplayTime, moment: datetime) -> datetime:
    """When, by the wall clock, a replay's moment comes; the inverse of `ReplayTime.at`."""
    return running.origin_wall + (moment - running.origin_event) / running.speed
