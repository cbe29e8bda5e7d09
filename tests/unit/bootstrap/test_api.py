"""The wiring of what people hold and trade."""

from __future__ import annotations

from datetime import timedelta

from divisa.adapters.aws.clock import ReplayClock, SystemClock
from divisa.adapters.aws.ledger import DynamoLedger
from divisa.adapters.aws.markets import DynamoMarkets
from divisa.adapters.wire.offer import SignedOfferIds
from divisa.bootstrap import api
from divisa.settings import ApiSettings, served_pairs
from tests.unit.test_bootstrap import REPLAY, kinds, no_network
from tests.unit.test_settings import COMMON, OF_KIND

__all__ = ["no_network"]

SETTINGS = COMMON | OF_KIND[ApiSettings]
SHARED = {"markets": DynamoMarkets, "ids": SignedOfferIds, "clock": SystemClock, "wall": SystemClock}


def test_quotes_are_offered_and_traded_at_by_the_same_rules_and_ids() -> None:
    settings = ApiSettings.from_environment(SETTINGS)
    offer, trade = api.offer_quote(settings), api.trade(settings)

    assert kinds(offer).items() >= SHARED.items()
    assert kinds(trade).items() >= (SHARED | {"ledger": DynamoLedger}).items()
    assert offer.pairs == served_pairs(settings)
    assert offer.ids is trade.ids
    assert offer.validity == trade.validity == timedelta(seconds=30)
    assert offer.max_age == trade.max_age == timedelta(seconds=60)


def test_in_a_replay_quotes_have_its_time_and_offers_that_of_the_wall() -> None:
    settings = ApiSettings.from_environment(SETTINGS | REPLAY)
    offer, trade = api.offer_quote(settings), api.trade(settings)

    for each in (offer, trade):
        assert (type(each.clock), type(each.wall)) == (ReplayClock, SystemClock)
    assert offer.clock is trade.clock is api.value_portfolio(settings).clock


def test_what_is_held_is_read_from_the_ledger_that_trades_write() -> None:
    settings = ApiSettings.from_environment(SETTINGS)

    assert api.value_portfolio(settings).ledger is api.trade(settings).ledger is api.ledger(settings)


def test_a_busy_portfolio_is_tried_for_some_seconds_at_most() -> None:
    backoff = api.trade(ApiSettings.from_environment(SETTINGS)).tries.__self__  # type: ignore[attr-defined]

    waits = [min(backoff.cap, backoff.base * 2.0**n) for n in range(backoff.attempts - 1)]

    assert len(waits) >= 5
    assert sum(waits) < 4
