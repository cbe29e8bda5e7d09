from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from divisa.adapters.memory.markets import MemoryMarkets
from divisa.domain.errors import NotFound, Unavailable
from divisa.domain.pair import Pair
from tests.builders import USD_MXN, WEDNESDAY
from tests.unit.services.trading import MAX_AGE, VALIDITY, TradingWorld


@pytest.fixture
def world() -> TradingWorld:
    return TradingWorld()


def test_the_newest_quote_is_offered_for_some_seconds(world: TradingWorld) -> None:
    world.quote("17.10")
    world.wall.advance(timedelta(hours=1))
    offered = world.offer("ana", USD_MXN)
    assert offered.quote == world.markets.load(USD_MXN).quote
    assert offered.valid_until == WEDNESDAY + timedelta(hours=1) + VALIDITY
    offer = world.ids.read(offered.quote_id, "ana")
    assert (offer.bid, offer.ask, offer.pair) == (offered.quote.bid, offered.quote.ask, USD_MXN)


def test_a_quote_can_be_traded_at_while_it_is_fresh_and_the_market_open(world: TradingWorld) -> None:
    world.clock.advance(MAX_AGE)
    assert world.offer("ana", USD_MXN).tradable
    world.clock.advance(timedelta(seconds=1))
    assert not world.offer("ana", USD_MXN).tradable
    world.clock.set(datetime(2024, 1, 12, 22, 30, tzinfo=UTC))
    world.quote("17.10")
    assert not world.offer("ana", USD_MXN).tradable


def test_a_pair_that_is_not_served_is_not_found(world: TradingWorld) -> None:
    with pytest.raises(NotFound):
        world.offer("ana", Pair("USD", "BRL"))


def test_before_the_first_quote_there_is_nothing_to_offer(world: TradingWorld) -> None:
    world.markets = MemoryMarkets()
    with pytest.raises(Unavailable, match="no quote"):
        world.offer("ana", USD_MXN)
