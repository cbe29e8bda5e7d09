from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.outcomes import DynamoOutcomes
from divisa.adapters.aws.personal_rows import DynamoPersonalRows
from divisa.adapters.memory.outcomes import MemoryOutcomes
from divisa.adapters.memory.personal_rows import MemoryPersonalRows
from tests.builders import WEDNESDAY, a_suggestion, an_outcome
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import Outcomes, PersonalRows


@pytest.fixture
def stored(side: str, request: pytest.FixtureRequest) -> tuple[Outcomes, PersonalRows]:
    """Outcomes, and what erases a person."""
    if side == "memory":
        memory = MemoryOutcomes()
        return memory, MemoryPersonalRows([memory])
    tables = make_tables(request.getfixturevalue("cloud"))
    return DynamoOutcomes(tables.outcomes), DynamoPersonalRows(tables)


def test_what_was_put_comes_back_as_it_was_the_newest_first(stored: tuple[Outcomes, PersonalRows]) -> None:
    outcomes, _ = stored
    full, plain = an_outcome(), an_outcome(suggestion_id="plain", begun_at=WEDNESDAY + timedelta(microseconds=7))
    bare = replace(plain, channel=None, reason=None, shown_at=None, traded_at=None, traded_quantity=None, prices={})
    outcomes.put_many([full, bare, an_outcome(user_id="ben")])
    assert list(outcomes.of_user("ana")) == [bare, full]
    assert list(outcomes.of_user("eva")) == []
    assert {each.user_id for each in outcomes.all()} == {"ana", "ben"}


def test_the_same_ones_again_change_nothing(stored: tuple[Outcomes, PersonalRows]) -> None:
    outcomes, _ = stored
    many = [an_outcome(suggestion_id=f"s-{number:03}", amount=Decimal(number)) for number in range(60)]
    outcomes.put_many(many)
    outcomes.put_many(many)
    assert sorted(outcomes.all(), key=lambda each: each.suggestion_id) == many


def test_it_is_said_until_when_each_is_known(stored: tuple[Outcomes, PersonalRows]) -> None:
    outcomes, _ = stored
    asked = [a_suggestion(suggestion_id=f"s-{number}") for number in range(120)]
    until = {f"s-{number}": WEDNESDAY + timedelta(microseconds=number) for number in range(0, 120, 2)}
    outcomes.put_many([an_outcome(suggestion_id=name, known_until=at) for name, at in until.items()])
    assert outcomes.known_until(asked) == until
    assert outcomes.known_until([]) == {}
    assert outcomes.known_until([a_suggestion(user_id="ben", suggestion_id="s-0")]) == {}


def test_what_is_known_later_takes_the_place_of_what_was_known_before(
    stored: tuple[Outcomes, PersonalRows],
) -> None:
    outcomes, _ = stored
    outcomes.put_many([an_outcome(traded_at=None, traded_quantity=None, known_until=WEDNESDAY)])
    outcomes.put_many([an_outcome()])
    assert list(outcomes.all()) == [an_outcome()]


def test_a_persons_outcomes_are_erased_with_the_person(stored: tuple[Outcomes, PersonalRows]) -> None:
    outcomes, rows = stored
    outcomes.put_many([an_outcome(), an_outcome(suggestion_id="other"), an_outcome(user_id="ben")])
    assert rows.erase("ana") == 2
    assert [each.user_id for each in outcomes.all()] == ["ben"]
