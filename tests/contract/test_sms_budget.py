from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.sms_budget import DynamoSmsBudget
from divisa.adapters.memory.sms_budget import MemorySmsBudget
from divisa.domain.sms_budget import Rate
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import SmsBudget

PRICE = Decimal("0.0411")
MONTH, NEXT = "2024-01", "2024-02"
TARIFF = {
    "MX": Rate(PRICE, 10 * PRICE),
    "BR": Rate(PRICE, 3 * PRICE - Decimal("0.000001")),
    "US": Rate(PRICE, PRICE / 2),
    "CL": Rate(PRICE, Decimal(0)),
}


@pytest.fixture
def budget(side: str, request: pytest.FixtureRequest) -> SmsBudget:
    if side == "memory":
        return MemorySmsBudget(TARIFF)
    table = make_tables(request.getfixturevalue("cloud")).budgets
    return DynamoSmsBudget(table, table, TARIFF)


@pytest.mark.parametrize(("country", "messages"), [("MX", 10), ("BR", 2), ("US", 0), ("CL", 0), ("PE", 0)])
def test_a_month_has_room_for_as_many_messages_as_its_cap_pays_for(
    budget: SmsBudget, country: str, messages: int
) -> None:
    assert [budget.take(country, MONTH, PRICE) for _ in range(messages + 2)] == [True] * messages + [False] * 2


def test_countries_and_months_have_budgets_of_their_own(budget: SmsBudget) -> None:
    while budget.take("BR", MONTH, PRICE):
        pass
    assert budget.take("MX", MONTH, PRICE)
    assert budget.take("BR", NEXT, PRICE)
    assert not budget.take("BR", MONTH, PRICE)


def test_a_cheaper_message_may_find_room_where_a_dearer_one_does_not(budget: SmsBudget) -> None:
    assert budget.take("MX", MONTH, 9 * PRICE)
    assert not budget.take("MX", MONTH, 2 * PRICE)
    assert budget.take("MX", MONTH, PRICE)


def test_what_is_given_back_can_be_spent_again(budget: SmsBudget) -> None:
    while budget.take("BR", MONTH, PRICE):
        pass
    budget.give_back("BR", MONTH, PRICE)
    assert [budget.take("BR", MONTH, PRICE) for _ in range(2)] == [True, False]


def test_of_fifty_at_once_as_many_send_as_the_cap_pays_for(budget: SmsBudget) -> None:
    with ThreadPoolExecutor(50) as pool:
        taken = list(pool.map(lambda _: budget.take("MX", MONTH, PRICE), range(50)))
    assert taken.count(True) == 10
    assert not budget.take("MX", MONTH, PRICE)


def test_of_fifty_who_take_and_give_back_at_once_none_goes_over_the_cap(budget: SmsBudget) -> None:
    def send(number: int) -> int:
        if not budget.take("MX", MONTH, PRICE):
            return 0
        if number % 2:
            budget.give_back("MX", MONTH, PRICE)
            return 0
        return 1

    with ThreadPoolExecutor(50) as pool:
        sent = sum(pool.map(send, range(50)))
    left = 0
    while budget.take("MX", MONTH, PRICE):
        left += 1
    assert sent + left == 10
