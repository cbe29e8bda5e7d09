from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.bands import NOWHERE
from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.evaluation import Decision
from divisa.ports import Move
from divisa.services.suggest import Outcome
from tests.builders import USD_MXN, WEDNESDAY, a_quote, a_summary
from tests.unit.services.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair

BOUGHT_CHEAPER = {"ana": a_summary(cost=16.5)}


def a_world_at_rest() -> World:
    world = World({"ana": 17.0, "ben": 17.0})
    world.receive(a_quote("17.00"))
    return world


def test_a_user_whose_history_changed_is_evaluated_at_once() -> None:
    world = a_world_at_rest()
    world.summaries.put_many(USD_MXN, BOUGHT_CHEAPER)
    assert world.reevaluate(USD_MXN, ["ana"]) == Outcome(evaluated=1, moved=1, suggested=1)
    assert world.watch("ana").decision is Decision.SELL
    assert world.watch("ben").generation == 1


def test_doing_it_again_says_the_same_and_tells_nobody_anything() -> None:
    world = a_world_at_rest()
    world.summaries.put_many(USD_MXN, BOUGHT_CHEAPER)
    world.reevaluate(USD_MXN, ["ana"])
    watch = world.watch()
    assert world.reevaluate(USD_MXN, ["ana"]) == Outcome(evaluated=1, moved=1)
    again = world.watch()
    assert replace(again, generation=watch.generation, refresh_at=watch.refresh_at) == watch
    assert len(world.recorded()) == 1


def test_whoever_evaluates_with_the_summary_of_before_comes_too_late_even_if_nothing_is_new() -> None:
    world = a_world_at_rest()
    in_flight = world.watch()
    world.reevaluate(USD_MXN, ["ana"])
    assert world.watch().band == in_flight.band
    late = Move(in_flight, replace(in_flight, decision=Decision.BUY, generation=in_flight.generation + 1))
    assert world.watches.move_all([late]) == [False]
    world.clock.set(WEDNESDAY + timedelta(hours=1))  # and so where the next quote decides
    for _ in range(2):
        in_flight = world.watch()
        world.reevaluate(USD_MXN, ["ana"])
        late = Move(in_flight, replace(in_flight, generation=in_flight.generation + 1))
        assert world.watches.move_all([late]) == [False]


def test_what_is_put_off_is_decided_by_the_next_quote_without_asking_the_model_now() -> None:
    world = a_world_at_rest()
    world.summaries.put_many(USD_MXN, BOUGHT_CHEAPER)
    world.scorer.switch_off()
    assert world.reevaluate.put_off(USD_MXN, ["ana", "stranger"]) == Outcome(moved=1)
    world.scorer.failure = None
    report = world.receive(a_quote("17.00", at=WEDNESDAY + timedelta(seconds=10), sequence=2))
    assert report.outcome == Outcome(evaluated=1, moved=1, suggested=1)


def test_without_a_fresh_price_the_next_quote_decides_whatever_it_is() -> None:
    world = a_world_at_rest()
    world.summaries.put_many(USD_MXN, BOUGHT_CHEAPER)
    world.clock.set(WEDNESDAY + timedelta(hours=1))
    assert world.reevaluate(USD_MXN, ["ana"]) == Outcome(moved=1)
    assert world.watch().band == NOWHERE
    assert world.reevaluate(USD_MXN, ["ana"]) == Outcome(moved=1)
    assert world.recorded() == []
    report = world.receive(a_quote("17.00", at=WEDNESDAY + timedelta(hours=2), sequence=2))
    assert report.outcome == Outcome(evaluated=1, moved=1, suggested=1)


def test_a_quote_that_is_just_being_applied_does_not_hide_the_change() -> None:
    world = a_world_at_rest()
    ahead = replace(world.watch(), evaluated_at=WEDNESDAY + timedelta(seconds=5))
    world.watches.put_many([ahead])
    world.summaries.put_many(USD_MXN, BOUGHT_CHEAPER)
    assert world.reevaluate(USD_MXN, ["ana", "ben"]) == Outcome(evaluated=1, moved=2)
    assert world.watch("ana").band == NOWHERE


def test_users_without_a_watch_are_passed_over() -> None:
    assert a_world_at_rest().reevaluate(USD_MXN, ["stranger"]) == Outcome()


def test_a_watch_that_others_moved_meanwhile_is_read_again() -> None:
    world = a_world_at_rest()
    world.summaries.put_many(USD_MXN, BOUGHT_CHEAPER)
    rivals = _Rivals(world, times=2)
    outcome = replace(world.reevaluate, watches=rivals)(USD_MXN, ["ana"])
    assert (outcome.raced, outcome.suggested) == (2, 1)
    with pytest.raises(ConcurrentUpdate):
        replace(a_world_at_rest().reevaluate, watches=_Rivals(world, times=99))(USD_MXN, ["ana"])


class _Rivals(MemoryWatches):
    """Watches that somebody else writes, so many times, just after they were read."""

    def __init__(self, world: World, times: int) -> None:
        vars(self).update(vars(world.watches))
        self._times = times

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, Watch]:
        read = super().get_many(pair, user_ids)
        if self._times:
            self._times -= 1
            self.put_many([replace(each, generation=each.generation + 1) for each in read.values()])
        return read
