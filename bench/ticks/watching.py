"""The day by bands: each tick evaluates the watches that it breaks, and each refresh everybody."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bench.ticks.people import left_alone
from divisa.domain.decision import Cause
from divisa.services.apply_quotes import everyone
from divisa.services.decide import in_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bench.ticks.day import Day, Stretch
    from bench.ticks.people import World
    from divisa.domain.evaluation import Watch


@dataclass(slots=True)
class Watched:
    """What a day by bands came to.

    Attributes:
        seconds: of the ticks, refreshes and the opening left out.
        refresh_seconds: of the opening and the refreshes.
        nanoseconds: that each tick took, by tick; those of the refreshes are 0.
        broken: watches that each tick broke, by tick.
        asked: users that the model was asked about at one price, by cause.
    """

    nanoseconds: NDArray[np.int64]
    broken: NDArray[np.int64]
    seconds: float = 0.0
    refresh_seconds: float = 0.0
    asked: dict[str, int] = field(default_factory=lambda: {"opening": 0, "refreshes": 0, "broken": 0})

    @property
    def evaluations(self) -> int:
        """All that the model was asked, whatever for."""
        return sum(self.asked.values())

    @property
    def quiet_us(self) -> float:
        """Mean time of a tick that broke nothing, µs."""
        quiet = self.nanoseconds[(self.broken == 0) & (self.nanoseconds > 0)]
        return float(quiet.mean()) / 1000 if len(quiet) else 0.0

    @property
    def p99_us(self) -> float:
        """The time that 99 of 100 ticks stay below, those of the refreshes left out, µs."""
        ticks = self.nanoseconds[self.nanoseconds > 0]
        return float(np.quantile(ticks, 0.99)) / 1000 if len(ticks) else 0.0


def watch_day(
    world: World, day: Day, stretches: Sequence[Stretch], on_tick: Callable[[int, int], None] = lambda done, asked: None
) -> Watched:
    """Live through the day; `on_tick` is told now and then how many ticks are done and how much was asked.

    A tick does what the quotes consumer does with a batch of one quote: look up what is broken, and decide about it
    in chunks. Only the market stands still from refresh to refresh.
    """
    watched = Watched(np.zeros(len(day.quotes), np.int64), np.zeros(len(day.quotes), np.int64))
    with left_alone():
        for stretch in stretches:
            before, started = world.scorer.rows, time.perf_counter()
            for page in everyone(world.watches)(world.pair, 0.0, 0.0):
                _decide(world, day, stretch, stretch.start, page)
                on_tick(stretch.start, world.scorer.rows)
            cause = "opening" if stretch.start == 0 else "refreshes"
            watched.asked[cause] += world.scorer.rows - before
            watched.refresh_seconds += time.perf_counter() - started

            before, started = world.scorer.rows, time.perf_counter()
            _watch(world, day, stretch, watched, on_tick)
            watched.asked["broken"] += world.scorer.rows - before
            watched.seconds += time.perf_counter() - started
    on_tick(len(day.quotes), world.scorer.rows)
    return watched


def _watch(world: World, day: Day, stretch: Stretch, watched: Watched, on_tick: Callable[[int, int], None]) -> None:
    """The ticks of a stretch, but for the first, at which everybody was evaluated."""
    ticks = day.log_mids[stretch.start + 1 : stretch.end].tolist()
    for number, x in enumerate(ticks, stretch.start + 1):
        begun = time.perf_counter_ns()
        found = [watch for page in world.watches.broken(world.pair, x, x) for watch in page]
        if found:
            _decide(world, day, stretch, number, found)
            watched.broken[number] = len(found)
        watched.nanoseconds[number] = time.perf_counter_ns() - begun
        if not number % 64:
            on_tick(number, world.scorer.rows)


def _decide(world: World, day: Day, stretch: Stretch, number: int, watches: Sequence[Watch]) -> None:
    quote = day.quotes[number]
    world.clock.set(quote.event_time)
    for chunk in in_chunks(watches):
        world.decide(quote, stretch.market, chunk, Cause.BROKEN)
