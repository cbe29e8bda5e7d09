from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from divisa.adapters.memory.markets import MemoryMarkets
from divisa.domain.pair import Pair
from tests.builders import USD_MXN, WEDNESDAY
from tests.unit.services.trading import OPENING, TradingWorld

USD_BRL = Pair("USD", "BRL")
ZERO = Decimal(0)


@pytest.fixture
def world() -> TradingWorld:
    return TradingWorld()


def test_what_is_held_is_worth_what_it_would_bring_at_the_bid(world: TradingWorld) -> None:
    valuation = world.value("ana")
    [position] = valuation.positions
    assert valuation.as_of == WEDNESDAY
    assert position.portfolio == OPENING
    assert position.value == Decimal("8524.50")
    assert position.unrealised_pnl == Decimal("24.50")


def test_every_served_pair_is_there_with_zeros_where_nothing_is_held(world: TradingWorld) -> None:
    world.pairs = frozenset({USD_MXN, USD_BRL})
    brl, mxn = world.value("ana").positions
    assert (brl.portfolio.pair, brl.portfolio.base_balance, brl.portfolio.quote_balance) == (USD_BRL, ZERO, ZERO)
    assert (brl.quote, brl.value, brl.unrealised_pnl) == (None, None, None)
    assert mxn.portfolio == OPENING


def test_money_in_a_pair_that_is_served_no_more_is_still_shown(world: TradingWorld) -> None:
    world.portfolios.put_many([replace(OPENING, pair=USD_BRL)])
    assert [each.portfolio.pair for each in world.value("ana").positions] == [USD_BRL, USD_MXN]


def test_without_a_price_nothing_has_a_value(world: TradingWorld) -> None:
    world.markets = MemoryMarkets()
    [position] = world.value("ana").positions
    assert (position.portfolio, position.value) == (OPENING, None)


def test_nobody_sees_what_somebody_else_holds(world: TradingWorld) -> None:
    [position] = world.value("ben").positions
    assert (position.portfolio.base_balance, position.portfolio.quote_balance) == (ZERO, ZERO)
