from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from api_handlers.admission import Admission
from api_handlers.problem import Problem
from divisa.adapters.memory.throttle import MemoryThrottle
from divisa.domain.errors import Refused
from tests.unit.api_handlers.requests import ALICE, BOB, an_event

if TYPE_CHECKING:
    from collections.abc import Callable

    Ask = Callable[..., None]

NOON = datetime(2024, 1, 5, 12, 0, 20, tzinfo=UTC)


@dataclass
class Wall:
    """A clock that is set by hand."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def age(self, at: datetime) -> timedelta:
        return self.at - at

    def later(self, delay: timedelta) -> datetime:
        return self.at + delay


def nobody_named_bob(user_id: str) -> None:
    if user_id == BOB:
        raise Refused("account_erased", "the account is being erased, or was")


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def throttle() -> MemoryThrottle:
    """Two requests a minute."""
    return MemoryThrottle(2)


@pytest.fixture
def ask(wall: Wall, throttle: MemoryThrottle) -> Ask:
    admit: Any = nobody_named_bob
    admission = Admission(throttle, admit, wall)

    def once(user: str, operation: str = "get_portfolio") -> None:
        route: Any = SimpleNamespace(operation_id=operation)
        admission(APIGatewayProxyEventV2(an_event("GET", "/v1/portfolio", user=user)), route)

    return once


def test_who_asks_too_much_is_told_after_how_many_seconds_to_come_back(ask: Ask, wall: Wall) -> None:
    ask(ALICE)
    ask(ALICE)
    with pytest.raises(Problem) as refused:
        ask(ALICE)

    assert (refused.value.status, refused.value.code, refused.value.headers) == (
        429,
        "throttled",
        {"Retry-After": "40"},
    )
    wall.at += timedelta(seconds=40)
    ask(ALICE)


def test_whoever_was_erased_is_kept_out_though_the_token_still_holds(ask: Ask) -> None:
    with pytest.raises(Problem) as refused:
        ask(BOB)

    assert (refused.value.status, refused.value.code) == (403, "account_erased")


def test_nothing_is_counted_of_whoever_was_erased_however_often_they_ask(
    ask: Ask, throttle: MemoryThrottle, wall: Wall
) -> None:
    codes = []
    for _ in range(5):
        with pytest.raises(Problem) as refused:
            ask(BOB)
        codes.append(refused.value.code)

    assert codes == ["account_erased"] * 5
    assert [throttle.take(BOB, wall.now()) for _ in range(3)] == [0, 0, 40]


def test_asking_to_be_erased_again_is_harmless(ask: Ask) -> None:
    ask(BOB, "delete_me")
