from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.throttle import DynamoThrottle
from divisa.adapters.memory.throttle import MemoryThrottle
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import Throttle

AT = datetime(2024, 1, 5, 14, 15, 42, 1, tzinfo=UTC)
LIMIT = 5


@pytest.fixture
def throttle(side: str, request: pytest.FixtureRequest) -> Throttle:
    if side == "memory":
        return MemoryThrottle(LIMIT)
    return DynamoThrottle(make_tables(request.getfixturevalue("cloud")).throttles, LIMIT)


def test_a_user_is_let_through_up_to_the_limit_and_then_told_when_to_come_back(throttle: Throttle) -> None:
    assert [throttle.take("u", AT) for _ in range(LIMIT + 2)] == [0] * LIMIT + [18, 18]


def test_each_user_has_a_limit_of_his_own(throttle: Throttle) -> None:
    for _ in range(LIMIT):
        throttle.take("u", AT)

    assert throttle.take("v", AT) == 0


def test_who_waits_as_long_as_told_is_let_through(throttle: Throttle) -> None:
    for _ in range(LIMIT):
        throttle.take("u", AT)
    wait = throttle.take("u", AT)

    assert throttle.take("u", AT + timedelta(seconds=wait)) == 0


def test_of_many_at_once_as_many_are_let_through_as_may_be(throttle: Throttle) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: throttle.take("u", AT), range(4 * LIMIT)))

    assert waits.count(0) == LIMIT
