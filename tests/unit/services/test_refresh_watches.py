from __future__ import annotations

from datetime import timedelta

import pytest

from divisa.domain.errors import ScorerUnavailable, StoreUnavailable
from divisa.domain.evaluation import Decision, shard_of
from divisa.services.suggest import Outcome
from tests.builders import USD_MXN, WEDNESDAY, a_quote, a_summary
from tests.unit.services.world import SwitchedScorer, World, by_cost

USERS = [f"u-{number:02}" for number in range(12)]


def hours_later(world: World, hours: float, mid: str = "17.00") -> None:
    """The next quote, which breaks nobody's watch."""
    number = world.markets.load(USD_MXN).version + 1
    world.receive(a_quote(mid, at=WEDNESDAY + timedelta(hours=hours), sequence=number))


def a_grown_world() -> World:
    world = World(dict.fromkeys(USERS, 17.0))
    hours_later(world, 0)
    hours_later(world, 6)
    return world


def generations(world: World) -> list[int]:
    return [world.watch(user).generation for user in USERS]


def test_watches_that_are_old_are_evaluated_again_and_once() -> None:
    world = a_grown_world()
    assert world.refresh(USD_MXN, 100) == Outcome(evaluated=12, moved=12)
    assert generations(world) == [2] * 12
    assert {world.watch(user).refresh_at for user in USERS} == {WEDNESDAY + timedelta(hours=12)}
    assert world.refresh(USD_MXN, 100) == Outcome()


def test_nothing_is_refreshed_before_its_time() -> None:
    world = World(dict.fromkeys(USERS, 17.0))
    hours_later(world, 0)
    hours_later(world, 5.9)
    assert world.refresh(USD_MXN, 100) == Outcome()


def test_a_run_keeps_to_its_rate_and_the_next_goes_on_where_it_stopped() -> None:
    world = a_grown_world()
    runs = []
    while outcome := world.refresh(USD_MXN, 4).evaluated:
        runs.append(outcome)
    assert sum(runs) == 12
    assert max(runs) <= 4
    assert generations(world) == [2] * 12


def test_who_is_stale_for_longest_comes_first() -> None:
    world = World(dict.fromkeys(USERS, 17.0))
    hours_later(world, 0)
    hours_later(world, 6)
    for hour in (6, 7, 12, 13, 18):
        world.refresh(USD_MXN, 4)
        hours_later(world, hour + 0.5)
        for shard in (0, 1):
            written = [world.watch(user).generation for user in USERS if shard_of(user, 2) == shard]
            assert max(written) - min(written) <= 1
    assert min(generations(world)) > 1


def test_a_refresh_that_is_killed_resumes() -> None:
    world = a_grown_world()
    world.watches.trouble.calls_left = 5
    with pytest.raises(StoreUnavailable):
        world.refresh(USD_MXN, 100)
    assert sorted(generations(world)) == [1] * 7 + [2] * 5
    assert world.refresh(USD_MXN, 100).moved == 7
    assert generations(world) == [2] * 12


def test_what_changed_meanwhile_is_found_out_and_told() -> None:
    world = a_grown_world()
    world.summaries.put_many(USD_MXN, {"u-03": a_summary(cost=16.5)})
    assert world.refresh(USD_MXN, 100).suggested == 1
    assert world.watch("u-03").decision is Decision.SELL


def test_another_model_makes_every_watch_stale() -> None:
    world = a_grown_world()
    world.refresh(USD_MXN, 100)
    hours_later(world, 6.01)
    promoted = SwitchedScorer(by_cost, model_version="m-2")
    object.__setattr__(world.evaluate, "scorer", promoted)
    walked = []
    while moved := world.refresh(USD_MXN, 5).moved:
        walked.append(moved)
        hours_later(world, 6.1 + len(walked) / 60)
    assert sum(walked) == 12
    assert max(walked) <= 5
    assert {world.watch(user).model_version for user in USERS} == {"m-2"}
    assert generations(world) == [3] * 12


def test_another_model_is_walked_even_while_the_price_stands_still() -> None:
    world = a_grown_world()
    world.refresh(USD_MXN, 100)
    object.__setattr__(world.evaluate, "scorer", SwitchedScorer(by_cost, model_version="m-2"))
    while world.refresh(USD_MXN, 5).moved:
        pass
    assert {world.watch(user).model_version for user in USERS} == {"m-2"}


def test_while_the_market_is_closed_nothing_grows_old() -> None:
    world = a_grown_world()
    world.clock.set(WEDNESDAY + timedelta(days=3))
    assert world.refresh(USD_MXN, 100) == Outcome()


def test_a_model_that_does_not_answer_is_reported() -> None:
    world = a_grown_world()
    world.scorer.switch_off()
    with pytest.raises(ScorerUnavailable):
        world.refresh(USD_MXN, 100)


def test_a_pair_without_people_has_nothing_to_refresh() -> None:
    world = World({})
    hours_later(world, 0)
    assert world.refresh(USD_MXN, 100) == Outcome()
