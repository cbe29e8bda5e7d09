from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from api_handlers.document import whole_document
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


def documented(text: str, schema: str, field: str) -> bool:
    """Whether a field may be this text, as the document has it."""
    pattern = json.loads(whole_document())["components"]["schemas"][schema]["properties"][field]["pattern"]
    return re.fullmatch(pattern, text) is not None


@pytest.mark.parametrize(
    ("bid", "ask"),
    [
        ("17.0490001", "17.0510002"),
        ("17.0490000000000001", "17.0510000000000002"),
        ("0.00000000000000001", "0.00000000000000002"),
        ("123456789012345678", "123456789012345679"),
    ],
)
def test_a_quote_is_shown_to_its_last_digit_and_as_documented(api: TradingApi, bid: str, ask: str) -> None:
    api.world.quote("17.05", bid=bid, ask=ask)
    quote = api.ask("GET", "/v1/quotes/USD-MXN").json
    [position] = api.ask("GET", "/v1/portfolio").json["positions"]

    assert (quote["bid"], quote["ask"]) == (position["price"]["bid"], position["price"]["ask"]) == (bid, ask)
    for schema in ("QuoteAnswer", "PositionPrice"):
        assert documented(bid, schema, "bid")
        assert documented(ask, schema, "ask")
    mid = f"{(Decimal(bid) + Decimal(ask)) / 2:f}"
    assert all(documented(mid, "BarAnswer", field) for field in ("open", "high", "low", "close"))


@pytest.mark.parametrize("text", ["-1", "01", "1.", ".5", "1E-7", "1.0000000000000000001", "1234567890123456789", ""])
def test_what_is_no_plain_price_is_not_as_documented(text: str) -> None:
    assert not documented(text, "QuoteAnswer", "bid")
