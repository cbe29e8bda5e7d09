from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.pacing import DynamoPacing
from divisa.adapters.memory.pacing import MemoryPacing
from divisa.domain.errors import StoreUnavailable
from divisa.domain.pacing import WEEK
from tests.builders import WEDNESDAY
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import Pacing

CAP = 3
DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)


@pytest.fixture
def pacing(side: str, request: pytest.FixtureRequest) -> Pacing:
    if side == "memory":
        return MemoryPacing()
    return DynamoPacing(make_tables(request.getfixturevalue("cloud")).pacing)


def take(pacing: Pacing, *suggestions: str, user: str = "ana", after: timedelta = timedelta(0)) -> list[bool]:
    return [pacing.take(user, each, WEDNESDAY + after, CAP) for each in suggestions]


def test_a_week_has_as_many_places_as_the_user_set_as_their_most(pacing: Pacing) -> None:
    assert take(pacing, "1", "2", "3", "4", "5") == [True, True, True, False, False]
    assert not pacing.take("ben", "1", WEDNESDAY, 0)


def test_every_user_has_a_week_of_their_own(pacing: Pacing) -> None:
    take(pacing, "1", "2", "3")
    assert take(pacing, "4", user="ben") == [True]


def test_a_suggestion_has_one_place_however_often_it_asks(pacing: Pacing) -> None:
    assert take(pacing, "1", "1", "1", "2", "3", "1") == [True] * 6
    assert take(pacing, "4") == [False]


def test_a_place_is_none_any_more_once_the_cap_has_been_lowered_below_it(pacing: Pacing) -> None:
    take(pacing, "1", "2")
    assert [pacing.take("ana", "2", WEDNESDAY, cap) for cap in (2, 1, 0, 2)] == [True, False, False, True]


def test_a_place_is_free_again_a_week_after_it_was_taken_and_not_a_moment_before(pacing: Pacing) -> None:
    take(pacing, "1")
    take(pacing, "2", "3", after=DAY)
    assert take(pacing, "4", after=WEEK - INSTANT) == [False]
    assert take(pacing, "4", "5", after=WEEK) == [True, False]
    assert take(pacing, "5", "6", "7", after=WEEK + DAY) == [True, True, False]


def test_a_suggestion_that_asks_later_has_its_place_from_then_on(pacing: Pacing) -> None:
    take(pacing, "1")
    assert take(pacing, "1", after=DAY) == [True]
    assert take(pacing, "1") == [True]
    take(pacing, "2", "3", after=DAY)
    assert take(pacing, "4", after=WEEK) == [False]


def test_moments_that_come_in_another_order_fill_no_week_beyond_its_cap(pacing: Pacing) -> None:
    take(pacing, "1", "2")
    assert take(pacing, "3", after=WEEK) == [True]
    assert take(pacing, "4", "5", after=WEEK - INSTANT) == [False, False]
    assert take(pacing, "6", "7") == [True, False]


def test_of_many_senders_at_once_as_many_have_places_as_there_are(pacing: Pacing) -> None:
    def persist(number: int) -> bool:
        """As a queue does, which hands a message out again when the table was too busy."""
        while True:
            try:
                return pacing.take("ana", f"s-{number % 8}", WEDNESDAY, CAP)
            except StoreUnavailable:
                continue

    with ThreadPoolExecutor(16) as pool:
        taken = [number % 8 for number, has_place in enumerate(pool.map(persist, range(16))) if has_place]
    assert len(set(taken)) == CAP
    assert take(pacing, *(f"s-{number}" for number in range(8))) == [number in taken for number in range(8)]
