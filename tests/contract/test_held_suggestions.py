from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from divisa.adapters.aws.held_suggestions import DynamoHeldSuggestions
from divisa.adapters.aws.suggestions import DynamoSuggestions
from divisa.adapters.aws.watches import DynamoWatches
from divisa.adapters.memory.held_suggestions import MemoryHeldSuggestions
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.suggestion import SuggestionResponse, Suppression
from divisa.ports import Move, Release
from tests.builders import WEDNESDAY, a_suggestion, a_watch
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from divisa.domain.suggestion import Suggestion
    from divisa.ports import HeldSuggestions, Suggestions, Watches

MORNING = WEDNESDAY + timedelta(hours=16)
INSTANT = timedelta(microseconds=1)


class Kept(NamedTuple):
    """One table, as those see it who write watches, read suggestions and release the held ones."""

    suggestions: Suggestions
    watches: Watches
    held: HeldSuggestions

    def insert(self, suggestion: Suggestion) -> Suggestion:
        before = a_watch(suggestion.user_id)
        self.watches.put_many([before])
        assert list(self.watches.move_all([Move(before, replace(before, generation=1), suggestion)])) == [True]
        return suggestion

    def due(self, at: datetime = MORNING) -> list[Suggestion]:
        return [each for shard in range(self.held.shards) for page in self.held.due(shard, at) for each in page]


@pytest.fixture
def kept(side: str, request: pytest.FixtureRequest) -> Kept:
    if side == "memory":
        memory = MemorySuggestions()
        return Kept(memory, MemoryWatches(memory), MemoryHeldSuggestions(memory, shards=3, page=2))
    tables = make_tables(request.getfixturevalue("cloud"))
    watches = DynamoWatches(tables.watches, tables.suggestions, shards=1)
    return Kept(DynamoSuggestions(tables.suggestions), watches, DynamoHeldSuggestions(tables.suggestions))


def held(name: str = "a", until: datetime = MORNING, **changes: Any) -> Suggestion:
    return a_suggestion(suggestion_id=name, held_until=until, channels=(), **changes)


def let_out(before: Suggestion) -> Suggestion:
    plain = a_suggestion(suggestion_id=before.suggestion_id, user_id=before.user_id)
    return replace(plain, propensity=0.7, created_at=MORNING)


def test_what_is_held_until_a_moment_is_due_from_then_on_earliest_first(kept: Kept) -> None:
    made = [kept.insert(held(name, MORNING - number * INSTANT)) for number, name in enumerate("abcd")]
    kept.insert(held("later", MORNING + INSTANT))

    assert kept.due() == made[::-1]
    assert kept.due(MORNING - 3 * INSTANT) == [made[3]]
    assert kept.due(MORNING - timedelta(seconds=1)) == []
    assert len(kept.due(MORNING + INSTANT)) == 5


def test_moments_with_and_without_a_fraction_of_a_second_are_in_order(kept: Kept) -> None:
    kept.insert(held("whole", MORNING))
    kept.insert(held("more", MORNING + 500_000 * INSTANT))
    assert [each.suggestion_id for each in kept.due(MORNING)] == ["whole"]
    assert [each.suggestion_id for each in kept.due(MORNING + timedelta(seconds=1))] == ["whole", "more"]


def test_everybody_is_found_in_some_shard_and_once(kept: Kept) -> None:
    users = {f"user-{number}" for number in range(20)}
    for user in users:
        kept.insert(held(user_id=user))
    assert sorted(each.user_id for each in kept.due()) == sorted(users)
    assert len([shard for shard in range(kept.held.shards) if list(kept.held.due(shard, MORNING))]) > 1


def test_what_was_let_out_or_dropped_or_never_held_is_not_due(kept: Kept) -> None:
    kept.insert(a_suggestion(suggestion_id="sent"))
    kept.insert(a_suggestion(suggestion_id="dropped", channels=(), suppressed=Suppression.COOLDOWN))
    kept.insert(held("dropped later", suppressed=Suppression.NOT_NOW))
    assert kept.due() == []


def test_a_held_one_is_released_once(kept: Kept) -> None:
    before = kept.insert(held())
    after = let_out(before)

    assert kept.held.release([Release(before, after)])
    assert kept.suggestions.find("ana", "a") == after
    assert kept.due() == []

    for again in (after, replace(before, suppressed=Suppression.MERGED)):
        assert not kept.held.release([Release(before, again)])
    assert kept.suggestions.find("ana", "a") == after


def test_those_of_a_user_are_released_together_or_not_at_all(kept: Kept) -> None:
    first, second = kept.insert(held("a")), kept.insert(held("b"))
    merged = Release(first, replace(first, suppressed=Suppression.MERGED))
    told = Release(second, let_out(second))
    assert kept.suggestions.answer("ana", "b", SuggestionResponse.DISMISSED, MORNING)

    assert not kept.held.release([merged, told])
    assert kept.suggestions.find("ana", "a") == first

    assert kept.held.release([merged])
    found = kept.suggestions.find("ana", "a")
    assert found == merged.after
    assert (found.held_until, found.suppressed) == (MORNING, Suppression.MERGED)


def test_what_is_held_for_longer_is_due_later_and_not_released_by_who_read_it_before(kept: Kept) -> None:
    before = kept.insert(held())
    evening = MORNING + timedelta(hours=12)
    assert kept.held.release([Release(before, replace(before, held_until=evening))])

    assert kept.due() == []
    assert [each.held_until for each in kept.due(evening)] == [evening]
    assert not kept.held.release([Release(before, let_out(before))])


def test_what_its_owner_has_answered_waits_no_longer_and_keeps_the_answer(kept: Kept) -> None:
    before = kept.insert(held())
    assert kept.suggestions.answer("ana", "a", SuggestionResponse.ACCEPTED, MORNING)

    assert kept.due() == []
    assert not kept.held.release([Release(before, let_out(before))])
    found = kept.suggestions.find("ana", "a")
    assert found is not None
    assert found.response is SuggestionResponse.ACCEPTED


def test_what_its_owner_has_opened_since_it_was_read_is_read_again_first(kept: Kept) -> None:
    before = kept.insert(held())
    assert kept.suggestions.open("ana", "a", MORNING)

    merged = replace(before, suppressed=Suppression.MERGED)
    assert not kept.held.release([Release(before, merged)])
    [opened] = kept.due()
    assert opened == replace(before, opened_at=MORNING)

    assert kept.held.release([Release(opened, replace(merged, opened_at=MORNING))])
    found = kept.suggestions.find("ana", "a")
    assert found is not None
    assert (found.suppressed, found.opened_at) == (Suppression.MERGED, MORNING)


def test_what_is_not_there_cannot_be_released(kept: Kept) -> None:
    assert not kept.held.release([Release(held(), let_out(held()))])
    assert kept.suggestions.find("ana", "a") is None
