"""Many watches in one process: what a small contract test cannot show."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.bands import Band
from divisa.domain.evaluation import Watch, shard_of
from divisa.ports import Move
from tests.builders import USD_MXN, WEDNESDAY, a_watch

MANY = 5000
DRAW = random.Random(7)


def some_band() -> Band:
    return Band(DRAW.uniform(2.7, 2.83), DRAW.uniform(2.83, 2.9))


def many_watches() -> dict[str, Watch]:
    return {
        f"u-{n}": a_watch(
            f"u-{n}", band=some_band(), refresh_at=WEDNESDAY + timedelta(microseconds=DRAW.randrange(10**9))
        )
        for n in range(MANY)
    }


@pytest.mark.parametrize("shards", [1, 3])
def test_thousands_of_watches_are_found_by_band_and_by_age_while_they_move(shards: int) -> None:
    held = many_watches()
    store = MemoryWatches(MemorySuggestions(), shards=shards, page=700)
    for start in range(0, MANY, 900):  # index and room grow
        store.put_many(list(held.values())[start : start + 900])
    for x in (2.75, 2.83, 2.89, 2.8, 2.83):
        found = [watch for page in store.broken(USD_MXN, x, x) for watch in page]
        assert {watch.user_id for watch in found} == {w.user_id for w in held.values() if w.band.broken_by(x, x)}
        moves = [
            Move(w, replace(w, band=Band(x - 0.01, x + 0.01), generation=w.generation + 1, refresh_at=WEDNESDAY))
            for w in found[::2]
        ]
        assert all(store.move_all(moves))
        held |= {move.after.user_id: move.after for move in moves}
        for shard in range(shards):
            mine = [w for w in held.values() if shard_of(w.user_id, shards) == shard]
            ages = sorted(w.refresh_at for w in mine if w.refresh_at is not None)
            assert [w.refresh_at for w in store.stale(USD_MXN, shard, 50)] == ages[:50]
    assert {w.user_id: w for page in store.of_pair(USD_MXN) for w in page} == held


def test_of_those_who_move_one_watch_at_the_same_time_one_succeeds() -> None:
    store = MemoryWatches(MemorySuggestions())
    held = a_watch()
    store.put_many([held])
    move = Move(held, replace(held, generation=1))
    with ThreadPoolExecutor(8) as pool:
        done = [answer for answers in pool.map(store.move_all, [[move]] * 200) for answer in answers]
    assert sum(done) == 1


def test_of_two_moves_of_one_watch_in_one_call_the_second_may_follow_the_first() -> None:
    store = MemoryWatches(MemorySuggestions())
    first = a_watch()
    second, third = replace(first, generation=1), replace(first, generation=2, band=Band(2.8, 2.9))
    store.put_many([first])
    assert store.move_all([Move(first, second), Move(second, third), Move(second, third)]) == [True, True, False]
    assert list(store.broken(USD_MXN, 2.85, 2.85)) == []
