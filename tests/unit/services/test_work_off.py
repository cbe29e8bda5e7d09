from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.errors import ScorerUnavailable
from divisa.services.suggest import Outcome
from tests.builders import USD_MXN, WEDNESDAY, a_quote
from tests.unit.services.world import World, an_arrival

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote

HOLD, SELL = "17.00", "17.25"
USERS = [f"u-{number}" for number in range(20)]


def a_flash_move() -> tuple[World, list[tuple[str, int]]]:
    """Twenty people whose watches one price broke, put off; and the shards of each."""
    world = World(dict.fromkeys(USERS, 17.0))
    world.receive(a_quote(HOLD))
    apply_to(world, a_quote(SELL, at=WEDNESDAY + timedelta(seconds=10), sequence=2))
    assert world.recorded() == []
    return world, [(watch.user_id, shard) for shard in range(2) for watch in broken(world, shard)]


def apply_to(world: World, quote: Quote) -> None:
    """Apply a quote by a consumer that decides about three watches at once, and no more."""
    world.clock.set(quote.event_time + timedelta(seconds=1))
    replace(world.apply, at_once=3)([an_arrival(quote)])


def broken(world: World, shard: int) -> list[Watch]:
    quote = world.markets.load(USD_MXN).quote
    assert quote is not None
    return [w for page in world.watches.broken(USD_MXN, quote.log_mid, quote.log_mid, shard=shard) for w in page]


def always() -> bool:
    return True


def test_a_shard_is_worked_off_chunk_by_chunk_until_nothing_is_broken() -> None:
    world, owners = a_flash_move()
    mine = [user for user, shard in owners if shard == 1]
    outcome = replace(world.work_off, chunk=4)(USD_MXN, 1, always)
    assert outcome == Outcome(evaluated=len(mine), moved=len(mine), suggested=len(mine))
    assert sorted(each.user_id for each in world.told()) == sorted(mine)
    assert replace(world.work_off, chunk=4)(USD_MXN, 1, always) == Outcome()
    assert len(broken(world, 0)) == len(USERS) - len(mine) > 0


def test_each_chunk_is_decided_at_the_newest_price_and_none_at_one_that_has_passed() -> None:
    world, _ = a_flash_move()
    path = iter(
        a_quote(mid, at=WEDNESDAY + timedelta(seconds=number), sequence=number)
        for number, mid in [(20, "17.30"), (21, "17.35"), (22, HOLD)]
    )

    def the_price_moves_on() -> bool:
        if (quote := next(path, None)) is not None:
            apply_to(world, quote)
        return True

    replace(world.work_off, chunk=2)(USD_MXN, 0, the_price_moves_on)
    assert [each.quote_sequence for each in world.recorded()] == [2, 2, 20, 20, 21, 21]


def test_what_there_is_no_time_for_goes_back_to_the_backlog() -> None:
    world, owners = a_flash_move()
    asked = len(world.backlog.requests)
    outcome = replace(world.work_off, chunk=4)(USD_MXN, 0, lambda: False)
    assert outcome.moved == 4
    assert world.backlog.requests[asked:] == [(USD_MXN, 0)]
    assert len(broken(world, 0)) == sum(shard == 0 for _, shard in owners) - 4


def test_a_request_that_waited_until_its_price_was_old_decides_nothing() -> None:
    world, _ = a_flash_move()
    world.clock.set(WEDNESDAY + timedelta(hours=1))
    assert world.work_off(USD_MXN, 0, always) == Outcome()
    assert world.recorded() == []


def test_watches_that_others_move_meanwhile_are_left_to_them() -> None:
    world, _ = a_flash_move()
    others = replace(world.work_off, watches=_MovedByOthers(world.watches))
    outcome = others(USD_MXN, 0, always)
    assert (outcome.moved, outcome.raced, outcome.suggested) == (0, outcome.evaluated, 0)
    assert world.recorded() == []


class _MovedByOthers(MemoryWatches):
    """Watches as an index shows them that lags behind: of a generation that has passed."""

    def __init__(self, watches: MemoryWatches) -> None:
        vars(self).update(vars(watches))

    def broken(
        self, pair: Pair, low: float, high: float, *, shard: int | None = None, limit: int | None = None
    ) -> Iterator[Sequence[Watch]]:
        for page in super().broken(pair, low, high, shard=shard, limit=limit):
            yield [replace(watch, generation=watch.generation - 1) for watch in page]


def test_a_model_that_does_not_answer_leaves_the_request_to_be_tried_again() -> None:
    world, _ = a_flash_move()
    world.scorer.switch_off()
    with pytest.raises(ScorerUnavailable):
        world.work_off(USD_MXN, 0, always)
    world.scorer.failure = None
    assert world.work_off(USD_MXN, 0, always).suggested > 0


def test_a_pair_without_a_price_has_nothing_to_work_off() -> None:
    assert World().work_off(USD_MXN, 0, always) == Outcome()
