"""Prices that jump: how many broken watches a second one core decides about, the model in; and one user alone."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from bench.ticks.people import left_alone
from divisa.domain.decision import Cause
from divisa.services.decide import in_chunks
from model.bands import bands

if TYPE_CHECKING:
    from bench.bands import Model
    from bench.ticks.day import Day, Stretch
    from bench.ticks.people import World

JUMP = 0.01
"""Log price from the day's last tick that the price goes to and fro by."""
LEAST = 1000
"""Broken watches that make a batch."""
MOST = 10_000
"""Broken watches that are decided about before the next price comes."""
JUMPS = 10
ALONE = 2000


def broken_watches_per_s(world: World, day: Day, stretch: Stretch) -> tuple[float, int]:
    """Watches looked up, scored, moved and back in the index a second, and how many of them were measured.

    The price goes to and fro behind the day's last tick, which breaks a share of all watches each time. A price that
    breaks fewer than LEAST is decided about, and not counted.
    """
    last, seconds, decided = day.quotes[-1], 0.0, 0
    with left_alone():
        for number in range(1, JUMPS + 1):
            factor = Decimal(repr(math.exp(JUMP if number % 2 else -JUMP)))
            bid, ask = (round(price * factor, 6) for price in (last.bid, last.ask))
            at = last.event_time + timedelta(seconds=number)
            quote = replace(last, bid=bid, ask=ask, event_time=at, sequence=last.sequence + number)
            world.clock.set(quote.event_time)
            x, started = quote.log_mid, time.perf_counter()
            found = [watch for page in world.watches.broken(world.pair, x, x, limit=MOST) for watch in page]
            for chunk in in_chunks(found):
                world.decide(quote, stretch.market, chunk, Cause.BROKEN)
            if len(found) >= LEAST:
                seconds += time.perf_counter() - started
                decided += len(found)
    return (decided / seconds if decided else 0.0), decided


def one_user_us(world: World, model: Model, stretch: Stretch) -> float:
    """What the model takes to answer about one user with the band, µs, median."""
    ids = [watch.user_id for watch in next(iter(world.watches.of_pair(world.pair)))[:ALONE]]
    asked = world.decide.evaluate(world.pair, ids, stretch.market, stretch.market.log_mid).question
    seconds = []
    for row in range(len(ids)):
        one = asked.part([row])
        started = time.perf_counter()
        bands(model.ensemble, model.temperature, model.thresholds, *one)
        seconds.append(time.perf_counter() - started)
    return 1e6 * median(seconds)
