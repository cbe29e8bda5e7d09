from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from divisa.adapters.aws.markets import DynamoMarkets
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.domain.bars import bars_of
from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.gate import GateState
from divisa.domain.market import DayRange, MarketState
from divisa.domain.pair import Pair
from divisa.domain.quote import Quote
from divisa.ports import MarketRecord
from tests.contract.conftest import make_tables
from tests.unit.adapters.strategies import quotes

if TYPE_CHECKING:
    from divisa.ports import Markets

MXN, BRL = Pair("USD", "MXN"), Pair("USD", "BRL")
GATE = GateState(datetime(2024, 1, 5, 14, 15, 0, 1, tzinfo=UTC), {"ecb-bridge": 7}, (0.1, 1 / 3), 2.8332133440562162)
DAYS = (DayRange(19_726, 2.8, 2.9000000000000004), DayRange(19_727, -0.0, 5e-324))
STATE = MarketState(1704464100.000001, 2.83, 1 / 7, 2 / 7, 3 / 7, 4 / 7, 1e-9, 0.0, DAYS)

QUOTE = Quote(
    MXN,
    Decimal("17.05120"),
    Decimal("17.0532"),
    datetime(2024, 1, 5, 14, 15, 0, 1, tzinfo=UTC),
    2**63 - 1,
    "ecb-bridge",
)


@pytest.fixture
def markets(side: str, request: pytest.FixtureRequest) -> Markets:
    if side == "memory":
        return MemoryMarkets()
    return DynamoMarkets(make_tables(request.getfixturevalue("cloud")).market)


def test_a_pair_without_quotes_has_an_empty_record(markets: Markets) -> None:
    assert markets.load(MXN) == MarketRecord(MXN, GateState(), None, position="", version=0)


def test_a_record_comes_back_exactly_one_version_on(markets: Markets) -> None:
    record = MarketRecord(MXN, GATE, STATE, QUOTE, "0017:00003", 0, tuple(bars_of([QUOTE])))
    markets.save(record)
    found = markets.load(MXN)
    assert found == replace(record, version=1)
    assert repr((found.market, found.quote, found.unwritten)) == repr((STATE, QUOTE, record.unwritten))
    assert markets.load(BRL).version == 0


def test_a_record_may_have_seen_only_rejected_quotes(markets: Markets) -> None:
    record = MarketRecord(MXN, GateState(last_sequence={"x": 2**63 - 1}), None, position="1")
    markets.save(record)
    assert markets.load(MXN) == replace(record, version=1)


def test_a_record_is_saved_over_the_version_that_was_read(markets: Markets) -> None:
    markets.save(markets.load(MXN))
    markets.save(replace(markets.load(MXN), market=STATE))
    assert markets.load(MXN) == MarketRecord(MXN, GateState(), STATE, version=2)


def test_who_comes_second_with_the_same_version_is_told_so(markets: Markets) -> None:
    first = second = markets.load(MXN)
    markets.save(replace(first, position="1"))
    with pytest.raises(ConcurrentUpdate, match="USD/MXN"):
        markets.save(replace(second, position="2"))
    read = markets.load(MXN)
    markets.save(replace(read, position="3"))
    with pytest.raises(ConcurrentUpdate):
        markets.save(replace(read, position="4"))
    assert markets.load(MXN).position == "3"


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quote=quotes())
def test_the_newest_quote_comes_back_with_every_digit(markets: Markets, quote: Quote) -> None:
    markets.save(replace(markets.load(quote.pair), quote=quote))
    found = markets.load(quote.pair).quote
    assert found is not None
    assert (found, found.log_mid) == (quote, quote.log_mid)
