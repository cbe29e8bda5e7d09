"""Bars are written beside the prices, and hold up none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.bars import Interval, bars_of
from divisa.domain.errors import InvalidInput, StoreUnavailable
from divisa.domain.gate import GateLimits
from divisa.services import apply_quotes
from tests.builders import USD_MXN, WEDNESDAY, a_quote, quotes_of
from tests.unit.services.world import World, batches_of

if TYPE_CHECKING:
    from divisa.domain.bars import Bar

DAY = timedelta(days=1)
AWAY = StoreUnavailable("the table did not answer")


def charted(world: World) -> set[Bar]:
    return {
        bar
        for interval in Interval
        for bar in world.bars.newest(USD_MXN, interval, WEDNESDAY - DAY, WEDNESDAY + DAY, 1000)
    }


def test_the_quotes_that_are_believed_make_bars() -> None:
    world, path = World(), quotes_of(["17.05", "17.07", "17.04"], every=timedelta(seconds=20))
    strange = a_quote("99", at=WEDNESDAY + timedelta(seconds=41), sequence=9)
    world.receive(*path, strange)
    assert world.quarantined()
    assert charted(world) == set(bars_of(path))
    assert world.markets.load(USD_MXN).unwritten == ()


@given(
    st.lists(st.decimals("17.00", "17.10", places=4), min_size=1, max_size=12),
    st.lists(st.integers(1, 4), max_size=6),
    st.lists(st.booleans(), max_size=12),
    st.lists(st.booleans(), max_size=12),
)
def test_bars_are_those_of_the_quotes_whenever_the_table_is_away_and_whatever_comes_twice(
    mids: list[object], sizes: list[int], away: list[bool], crash: list[bool]
) -> None:
    world = World(limits=GateLimits(max_age=DAY))
    path = quotes_of([str(mid) for mid in mids], every=timedelta(seconds=25))
    batches = list(batches_of(path, sizes))
    for number, batch in enumerate(batches):
        is_last = number == len(batches) - 1
        world.bars.failure = AWAY if not is_last and number < len(away) and away[number] else None
        if number < len(crash) and crash[number]:
            world.markets.trouble.calls_left = 0
            with pytest.raises(StoreUnavailable):
                world.receive(*batch)
        world.receive(*batch)
        world.receive(*batch)
    assert charted(world) == set(bars_of(path))
    assert world.markets.load(USD_MXN).unwritten == ()


@pytest.mark.parametrize("failure", [AWAY, InvalidInput("bars: the item x cannot be read (ValueError)")])
def test_a_table_of_bars_that_fails_holds_up_no_price_and_is_told(failure: Exception) -> None:
    world = World({"ana": 17.0})
    world.bars.failure = failure
    report = world.receive(a_quote("17.25"))
    assert (report.accepted, len(world.told())) == (1, 1)
    assert report.bars_unwritten == [f"{type(failure).__name__}: {failure}"]
    record = world.markets.load(USD_MXN)
    assert record.quote == a_quote("17.25")
    assert set(record.unwritten) == set(bars_of([a_quote("17.25")]))


def test_of_too_many_that_wait_the_shortest_and_oldest_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply_quotes, "MAX_UNWRITTEN", 4)
    world, path = World(), quotes_of(["17.05", "17.06", "17.07"], every=timedelta(minutes=1))
    world.bars.failure = AWAY
    for quote in path:
        world.receive(quote)
    waiting = world.markets.load(USD_MXN).unwritten
    assert [(bar.interval, bar.close) for bar in waiting] == [
        (Interval.MINUTE, path[1].mid),
        (Interval.MINUTE, path[2].mid),
        (Interval.HOUR, path[2].mid),
        (Interval.DAY, path[2].mid),
    ]
    world.bars.failure = None
    world.receive(a_quote("17.05", at=WEDNESDAY + timedelta(minutes=4), sequence=9))
    assert {bar.close for bar in charted(world) if bar.interval is Interval.MINUTE} == {
        path[1].mid,
        path[2].mid,
        a_quote("17.05").mid,
    }


def test_a_batch_in_which_nothing_is_believed_writes_no_bar() -> None:
    world = World()
    world.bars.failure = AWAY
    report = world.receive(a_quote(bid="17.2", ask="17.1"))
    assert (report.accepted, report.bars_unwritten) == (0, [])
