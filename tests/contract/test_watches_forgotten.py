"""A watch whose user was erased: what `test_watches` would say of it, had it the room."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from divisa.domain.bands import Band
from divisa.domain.evaluation import Watch
from divisa.domain.pair import Pair
from divisa.ports import Move
from tests.builders import USD_MXN, WEDNESDAY, a_suggestion

if TYPE_CHECKING:
    from tests.contract.conftest import WatchStore

BRL = Pair("USD", "BRL")


def watches_of(count: int) -> list[Watch]:
    return [
        Watch(f"u-{n}", USD_MXN, Band(1.0 + n / 100, 2.0 + n / 100), refresh_at=WEDNESDAY + timedelta(hours=n))
        for n in range(count)
    ]


def test_a_watch_that_is_forgotten_is_found_no_more_and_the_others_are(watch_store: WatchStore) -> None:
    watches, _ = watch_store
    held = {watch.user_id: watch for watch in watches_of(12)}
    watches.put_many([*held.values(), Watch("u-3", BRL)])
    for user_id in ("u-3", "u-0", "u-11", "u-5"):
        assert watches.forget(USD_MXN, user_id)
        assert not watches.forget(USD_MXN, user_id)
        del held[user_id]

        assert {watch.user_id: watch for page in watches.of_pair(USD_MXN) for watch in page} == held
        assert watches.get_many(USD_MXN, [user_id, *held]) == held
        named = [watch for page in watches.broken(USD_MXN, 2.055, 2.055) for watch in page]
        assert {watch.user_id for watch in named} == {
            w.user_id for w in held.values() if w.band.broken_by(2.055, 2.055)
        }
        stale = [watch for shard in range(2) for watch in watches.stale(USD_MXN, shard, 20)]
        assert {watch.user_id for watch in stale} == set(held)
    assert watches.get_many(BRL, ["u-3"]) == {"u-3": Watch("u-3", BRL)}
    assert not watches.forget(USD_MXN, "nobody")


def test_a_decision_that_was_on_its_way_suggests_nothing_any_more(watch_store: WatchStore) -> None:
    watches, suggestions = watch_store
    held = Watch("ana", USD_MXN)
    watches.put_many([held])
    watches.forget(USD_MXN, "ana")
    assert list(watches.move_all([Move(held, replace(held, generation=1), a_suggestion())])) == [False]
    assert list(suggestions.of_user("ana")) == []
    assert watches.get_many(USD_MXN, ["ana"]) == {}


def test_a_watch_that_is_put_anew_is_found_again(watch_store: WatchStore) -> None:
    watches, _ = watch_store
    held = watches_of(5)
    watches.put_many(held)
    watches.forget(USD_MXN, "u-1")
    watches.put_many([held[1]])
    assert {watch.user_id: watch for page in watches.of_pair(USD_MXN) for watch in page} == {
        watch.user_id: watch for watch in held
    }
    named = sorted(watch.user_id for page in watches.broken(USD_MXN, 2.015, 2.015) for watch in page)
    assert named == ["u-0", "u-1"]
