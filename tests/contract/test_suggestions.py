from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.suggestions import DynamoSuggestions
from divisa.adapters.aws.watches import DynamoWatches
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.suggestion import SuggestionResponse, Suppression
from divisa.ports import Move
from tests.builders import WEDNESDAY, a_suggestion, a_watch
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Suggestions, Watches

    Written = tuple[Suggestions, Watches]

AT = WEDNESDAY + timedelta(minutes=3, microseconds=7)


@pytest.fixture
def written(side: str, request: pytest.FixtureRequest) -> Written:
    """Suggestions, and the watches through which they are written."""
    if side == "memory":
        memory = MemorySuggestions()
        return memory, MemoryWatches(memory)
    tables = make_tables(request.getfixturevalue("cloud"))
    return DynamoSuggestions(tables.suggestions), DynamoWatches(tables.watches, tables.suggestions, shards=1)


def insert(watches: Watches, suggestion: Suggestion) -> None:
    before = a_watch(suggestion.user_id)
    watches.put_many([before])
    assert list(watches.move_all([Move(before, replace(before, generation=1), suggestion)])) == [True]


def test_suggestions_come_newest_first_and_each_user_gets_their_own(written: Written) -> None:
    suggestions, watches = written
    made = [
        a_suggestion(suggestion_id=name, created_at=WEDNESDAY + timedelta(minutes=minute))
        for name, minute in (("a", 0), ("b", 2), ("c", 2), ("d", 1))
    ]
    for each in made:
        insert(watches, each)
    insert(watches, a_suggestion(user_id="ben", suggestion_id="e"))
    assert [each.suggestion_id for each in suggestions.of_user("ana")] == ["c", "b", "d", "a"]
    assert suggestions.find("ana", "d") == made[3]
    assert suggestions.find("ben", "d") is None
    assert suggestions.find("ana", "e") is None


@pytest.mark.parametrize("response", SuggestionResponse)
def test_the_first_answer_is_written_down_and_nothing_else_is_changed(
    written: Written, response: SuggestionResponse
) -> None:
    suggestions, watches = written
    made = a_suggestion(suggestion_id="a")
    insert(watches, made)
    assert suggestions.answer("ana", "a", response, AT)
    answered = replace(made, response=response, responded_at=AT)
    assert suggestions.find("ana", "a") == answered
    for other in SuggestionResponse:
        assert not suggestions.answer("ana", "a", other, AT + timedelta(days=1))
    assert list(suggestions.of_user("ana")) == [answered]


def test_the_first_opening_is_kept_and_leaves_the_answer_alone(written: Written) -> None:
    suggestions, watches = written
    made = a_suggestion(suggestion_id="a")
    insert(watches, made)
    assert suggestions.open("ana", "a", AT)
    assert suggestions.answer("ana", "a", SuggestionResponse.ACCEPTED, AT + timedelta(minutes=1))
    assert not suggestions.open("ana", "a", AT + timedelta(days=1))
    said = replace(made, response=SuggestionResponse.ACCEPTED, responded_at=AT + timedelta(minutes=1))
    assert suggestions.find("ana", "a") == replace(said, opened_at=AT)


def test_what_is_not_there_or_somebody_elses_is_not_opened(written: Written) -> None:
    suggestions, watches = written
    insert(watches, a_suggestion(suggestion_id="a"))
    assert not suggestions.open("ben", "a", AT)
    assert not suggestions.open("ana", "b", AT)
    assert [each.opened_at for each in suggestions.of_user("ana")] == [None]


def test_what_is_not_there_or_somebody_elses_is_not_answered(written: Written) -> None:
    suggestions, watches = written
    insert(watches, a_suggestion(suggestion_id="a"))
    assert not suggestions.answer("ben", "a", SuggestionResponse.ACCEPTED, AT)
    assert not suggestions.answer("ana", "b", SuggestionResponse.ACCEPTED, AT)
    assert list(suggestions.of_user("ben")) == []
    assert [each.response for each in suggestions.of_user("ana")] == [None]


def test_what_was_made_since_a_moment_is_found_by_user_newest_first(written: Written) -> None:
    suggestions, watches = written
    second = WEDNESDAY + timedelta(seconds=7)
    tick = timedelta(microseconds=1)
    moments = {
        "ana": {"a": second - tick, "b": second, "c": second + tick, "d": second + timedelta(days=1)},
        "ben": {"e": second, "f": second - timedelta(days=1)},
        "eva": {"g": second - tick},
    }
    for user, made in moments.items():
        for name, at in made.items():
            insert(watches, a_suggestion(user_id=user, suggestion_id=name, created_at=at))
    users = ["ana", "ben", "eva", "nobody", "ana"]
    found = suggestions.since(users, second)
    assert {user: [each.suggestion_id for each in recent] for user, recent in found.items()} == {
        "ana": ["d", "c", "b"],
        "ben": ["e"],
    }
    later = suggestions.since(users, second + tick)
    assert {user: [each.suggestion_id for each in recent] for user, recent in later.items()} == {"ana": ["d", "c"]}
    assert suggestions.since([], second) == {}


def test_the_experiments_suggestions_are_found_by_when_they_were_made(written: Written) -> None:
    suggestions, watches = written
    midnight = WEDNESDAY.replace(hour=0)
    made = {
        "first": a_suggestion(created_at=midnight),
        "last": a_suggestion(created_at=midnight + timedelta(days=1) - timedelta(microseconds=1)),
        "before": a_suggestion(created_at=midnight - timedelta(microseconds=1)),
        "after": a_suggestion(created_at=midnight + timedelta(days=1)),
        "held-out": a_suggestion(suppressed=Suppression.HOLDOUT, channels=()),
        "suppressed": a_suggestion(suppressed=Suppression.COOLDOWN, channels=()),
        "held": a_suggestion(held_until=midnight + timedelta(days=1), channels=()),
    }
    for name, each in made.items():
        insert(watches, replace(each, suggestion_id=name, user_id=f"u-{name}"))
    end = midnight + timedelta(days=1) - timedelta(microseconds=1)
    found = {each.suggestion_id: each for each in suggestions.trials_between(midnight, end)}
    assert set(found) == {"first", "last", "held-out"}
    assert found["first"] == replace(made["first"], suggestion_id="first", user_id="u-first")
    suggestions.answer("u-first", "first", SuggestionResponse.ACCEPTED, AT)
    assert {each.suggestion_id for each in suggestions.trials_between(midnight, end) if each.response} == {"first"}
    around = timedelta(microseconds=1)
    assert {each.suggestion_id for each in suggestions.trials_between(midnight - around, midnight)} == {
        "before",
        "first",
    }
    assert [each.suggestion_id for each in suggestions.trials_between(end, end + around)] == ["last", "after"]
    assert list(suggestions.trials_between(midnight + around, midnight + timedelta(hours=1))) == []
