from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.portfolios import DynamoPortfolios
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.domain.pair import Pair
from divisa.domain.portfolio import Portfolio
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import Portfolios

MXN, JPY = Pair("USD", "MXN"), Pair("USD", "JPY")
ANA = Portfolio("ana", MXN, Decimal("120.50"), Decimal("0.01"), Decimal("2050.00"), Decimal("-3.99"))


@pytest.fixture
def portfolios(side: str, request: pytest.FixtureRequest) -> Portfolios:
    if side == "memory":
        return MemoryPortfolios()
    return DynamoPortfolios(make_tables(request.getfixturevalue("cloud")).portfolios)


def test_a_portfolio_comes_back_to_the_cent(portfolios: Portfolios) -> None:
    yen = Portfolio("ben", JPY, Decimal("99999999999999.99"), Decimal(123456789012345678), Decimal(1), Decimal(-7))
    portfolios.put_many([ANA, yen])
    assert portfolios.get_many(MXN, ["ana"]) == {"ana": ANA}
    [found] = portfolios.get_many(JPY, ["ben"]).values()
    assert found == yen
    assert found.quote_balance.as_tuple() == yen.quote_balance.as_tuple()


def test_users_without_a_portfolio_of_the_pair_are_absent(portfolios: Portfolios) -> None:
    portfolios.put_many([ANA])
    assert portfolios.get_many(MXN, ["nobody", "ana", "ana"]) == {"ana": ANA}
    assert portfolios.get_many(JPY, ["ana"]) == {}
    assert portfolios.get_many(MXN, []) == {}


def test_a_later_portfolio_replaces_an_earlier_one(portfolios: Portfolios) -> None:
    richer = replace(ANA, quote_balance=Decimal("5.00"))
    portfolios.put_many([ANA])
    portfolios.put_many([ANA, richer])
    assert portfolios.get_many(MXN, ["ana"]) == {"ana": richer}


def test_more_portfolios_than_one_batch_are_written_and_read(portfolios: Portfolios) -> None:
    many = {f"u-{n}": replace(ANA, user_id=f"u-{n}", base_balance=Decimal(n)) for n in range(230)}
    portfolios.put_many(many.values())
    assert portfolios.get_many(MXN, list(many)) == many
