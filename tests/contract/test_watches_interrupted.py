"""Moves that break off in the middle: what `test_watches` would say of them, had it the room."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from divisa.domain.errors import MovesInterrupted
from divisa.domain.evaluation import Watch
from divisa.ports import Move
from tests.builders import USD_MXN, a_suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.contract.conftest import WatchStore

UNWRITABLE = "7" * 500_000
"""More than an item of DynamoDB takes; memory takes it."""


def a_move(number: int) -> Move:
    watch = Watch(f"u-{number:02}", USD_MXN)
    suggestion = a_suggestion(suggestion_id=f"s-{number:02}", user_id=watch.user_id)
    return Move(watch, replace(watch, generation=1), suggestion)


def test_of_moves_that_break_off_it_is_known_which_were_made(watch_store: WatchStore, side: str) -> None:
    watches, suggestions = watch_store
    moves = [a_move(number) for number in range(60)]
    watches.put_many(move.before for move in moves)
    moves[20] = replace(moves[20], suggestion=a_suggestion(user_id="u-20", model_version=UNWRITABLE))

    done: Sequence[bool | None]
    try:
        done = watches.move_all(moves)
    except MovesInterrupted as interrupted:
        done = interrupted.done
        assert done[20] is None

    assert (None in done) == (side == "aws")
    made = {move.before.user_id for move, is_done in zip(moves, done, strict=True) if is_done}
    assert {move.before.user_id for move in moves[:20]} <= made
    assert {each.user_id for each in suggestions.all()} == made
    assert {watch.user_id for page in watches.of_pair(USD_MXN) for watch in page if watch.generation == 1} == made
