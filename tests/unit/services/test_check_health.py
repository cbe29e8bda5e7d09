from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.domain.errors import DivisaError, InvalidInput, StoreUnavailable
from divisa.domain.gate import GateState
from divisa.domain.pair import Pair
from divisa.ports import MarketRecord
from divisa.services.check_health import CheckHealth, Condition, Health, QuoteAge
from tests.builders import USD_MXN, WEDNESDAY, a_quote

if TYPE_CHECKING:
    from divisa.ports import Clock

USD_BRL = Pair("USD", "BRL")
MINUTE = timedelta(minutes=1)


def health(quotes: dict[Pair, datetime | None], *, now: datetime = WEDNESDAY, clock: Clock | None = None) -> Health:
    """How an API fares whose pairs have their newest quotes at these moments."""
    markets = MemoryMarkets()
    for pair, at in quotes.items():
        if at is not None:
            markets.save(MarketRecord(pair, GateState(), None, a_quote(at=at, pair=pair)))
    return CheckHealth(frozenset(quotes), markets, clock or ManualClock(now), 5 * MINUTE)()


def test_with_tables_and_fresh_prices_all_is_well() -> None:
    found = health({USD_MXN: WEDNESDAY - MINUTE, USD_BRL: WEDNESDAY - 5 * MINUTE})
    assert found == Health(Condition.OK, Condition.OK, (QuoteAge(USD_BRL, 5 * MINUTE), QuoteAge(USD_MXN, MINUTE)))
    assert (found.answers, found.is_ok) == (True, True)


@pytest.mark.parametrize("at", [None, WEDNESDAY - 5 * MINUTE - timedelta(seconds=1)])
def test_a_pair_whose_price_is_old_or_missing_makes_prices_late_and_the_api_still_answers(at: datetime | None) -> None:
    found = health({USD_MXN: WEDNESDAY, USD_BRL: at})
    assert (found.tables, found.prices) == (Condition.OK, Condition.LATE)
    assert (found.answers, found.is_ok) == (True, False)


def test_on_a_weekend_fridays_price_is_as_good_as_there_can_be() -> None:
    saturday = WEDNESDAY + timedelta(days=3)
    assert health({USD_MXN: WEDNESDAY + timedelta(days=2)}, now=saturday).is_ok
    assert not health({USD_MXN: None}, now=saturday).is_ok


def test_ages_are_those_that_people_wait() -> None:
    replay = ManualClock(WEDNESDAY, speed=3600)
    found = health({USD_MXN: WEDNESDAY - timedelta(hours=2)}, clock=replay)
    assert found.quotes == (QuoteAge(USD_MXN, timedelta(seconds=2)),)
    assert found.is_ok


@pytest.mark.parametrize(
    "failure", [StoreUnavailable("market: ReadTimeoutError"), InvalidInput("market: cannot be read")]
)
def test_tables_that_do_not_answer_are_told_and_nothing_else(failure: DivisaError) -> None:
    class Away(MemoryMarkets):
        def load(self, pair: Pair) -> MarketRecord:
            raise failure

    found = CheckHealth(frozenset([USD_MXN]), Away(), ManualClock(WEDNESDAY), MINUTE)()
    assert found == Health(Condition.UNAVAILABLE, Condition.UNAVAILABLE, (QuoteAge(USD_MXN, None),))
    assert (found.answers, found.is_ok) == (False, False)
    assert "Timeout" not in repr(found)
