from __future__ import annotations

from dataclasses import replace

from divisa.adapters.memory.markets import MemoryMarkets
from divisa.domain.pair import Pair
from tests.builders import USD_MXN
from tests.unit.api_handlers.requests import ALICE, BOB
from tests.unit.api_handlers.trading import TradingApi, api
from tests.unit.services.trading import OPENING

__all__ = ["api"]

PATH = "/v1/portfolio"


def test_what_is_held_is_shown_with_its_worth(api: TradingApi) -> None:
    answered = api.ask("GET", PATH)
    assert answered.status == 200
    assert answered.json == {
        "as_of": "2024-01-10T15:00:00Z",
        "positions": [
            {
                "pair": "USD/MXN",
                "base_balance": "500",
                "quote_balance": "20000",
                "base_cost": "8500",
                "average_cost": "17.000000",
                "price": {"bid": "17.049", "ask": "17.051", "time": "2024-01-10T15:00:00Z"},
                "value": "8524.50",
                "unrealised_pnl": "24.50",
                "realised_pnl": "0",
            }
        ],
    }


def test_a_loss_is_negative(api: TradingApi) -> None:
    api.world.quote("16.00")
    api.trade("k", side="SELL", quantity="100.00")
    [position] = api.ask("GET", PATH).json["positions"]
    assert (position["unrealised_pnl"], position["realised_pnl"]) == ("-400.40", "-100.10")


def test_a_pair_in_which_nothing_is_held_has_zeros(api: TradingApi) -> None:
    api.world.pairs = frozenset({USD_MXN, Pair("USD", "BRL")})
    brl, _ = api.ask("GET", PATH).json["positions"]
    assert brl == {
        "pair": "USD/BRL",
        "base_balance": "0",
        "quote_balance": "0",
        "base_cost": "0",
        "realised_pnl": "0",
    }


def test_before_the_first_quote_there_is_no_worth(api: TradingApi) -> None:
    api.world.markets = MemoryMarkets()
    [position] = api.ask("GET", PATH).json["positions"]
    assert {"price", "value", "unrealised_pnl"} & position.keys() == set()


def test_everybody_sees_their_own(api: TradingApi) -> None:
    api.world.portfolios.put_many([replace(OPENING, user_id=BOB, quote_balance=OPENING.quote_balance + 1)])
    balances = [api.ask("GET", PATH, user=user).json["positions"][0]["quote_balance"] for user in (ALICE, BOB, "carl")]
    assert balances == ["20000", "20001", "0"]
