from __future__ import annotations

from datetime import timedelta

import pytest

from divisa.adapters.memory.markets import MemoryMarkets
from tests.unit.api_handlers.requests import ALICE
from tests.unit.api_handlers.trading import TradingApi, api

__all__ = ["api"]


def test_the_newest_quote_is_offered(api: TradingApi) -> None:
    api.world.wall.advance(timedelta(hours=1))
    answered = api.ask("GET", "/v1/quotes/USD-MXN")
    assert answered.status == 200
    quote_id = answered.json.pop("quote_id")
    assert answered.json["tradable"] is True
    assert {**answered.json, "quote_id": ""} == {
        "pair": "USD/MXN",
        "bid": "17.049",
        "ask": "17.051",
        "time": "2024-01-10T15:00:00Z",
        "quote_id": "",
        "valid_until": "2024-01-10T16:00:15Z",
        "tradable": True,
    }
    assert quote_id != api.quote_id("somebody else")
    assert ALICE not in quote_id


def test_an_old_quote_is_shown_and_cannot_be_traded_at(api: TradingApi) -> None:
    api.world.clock.advance(timedelta(minutes=2))
    assert api.ask("GET", "/v1/quotes/USD-MXN").json["tradable"] is False


@pytest.mark.parametrize("pair", ["USD-BRL", "USD-XXX", "MXN-USD", "USD-USD"])
def test_a_pair_that_is_not_served_is_not_found(api: TradingApi, pair: str) -> None:
    answered = api.ask("GET", f"/v1/quotes/{pair}")
    assert (answered.status, answered.json["type"]) == (404, "urn:divisa:problem:not_found")


def test_before_the_first_quote_there_is_none_yet(api: TradingApi) -> None:
    api.world.markets = MemoryMarkets()
    answered = api.ask("GET", "/v1/quotes/USD-MXN")
    assert (answered.status, answered.json["type"]) == (503, "urn:divisa:problem:unavailable")
    assert answered.headers["retry-after"] == "2"
