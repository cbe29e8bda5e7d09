from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import client
from divisa.domain.errors import LaptopCloudError
from divisa.domain.gate import GateState
from divisa.ports import MarketRecord
from local import accounts, customer
from tests.builders import USD_MXN, a_portfolio, a_quote, a_watch
from tests.unit.client.canned import TRANSACTION, Api, ok
from tests.unit.local.memory_stores import memory_stores
from tests.unit.local.test_trading import PORTFOLIO, QUOTE

if TYPE_CHECKING:
    from local.stores import Stores

HOME = Path("nowhere")
CLOUD: Any = None


@pytest.fixture
def stores() -> Stores:
    """One has too little, one enough, one no sign-in."""
    made = memory_stores()
    made.markets.save(MarketRecord(USD_MXN, GateState(), None, a_quote()))
    made.portfolios.put_many(
        [a_portfolio(quote="10", user_id="poor"), a_portfolio(user_id="rich"), a_portfolio(user_id="stranger")]
    )
    made.watches.put_many([a_watch("rich")])
    return made


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    made = Api([ok(QUOTE), ok(TRANSACTION, 201), ok(PORTFOLIO)])
    monkeypatch.setattr(customer, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(accounts, "api_url", lambda running: "http://localhost")
    monkeypatch.setattr(accounts, "subjects", lambda running, home: {"u-1": "poor", "u-2": "rich"})
    monkeypatch.setattr(accounts, "sign_in", lambda running, person, home: SimpleNamespace(token=f"token of {person}"))
    monkeypatch.setattr(customer, "Client", lambda url, token: client.Client(url, token, http=made.http))
    return made


def test_the_first_who_has_a_sign_in_and_can_pay_buys(stores: Stores, api: Api) -> None:
    with customer.meanwhile(CLOUD, stores, HOME) as coming:
        visit = coming.result()
    assert visit.person == "u-2"
    assert {request.headers["authorization"] for request in api.asked} == {"Bearer token of u-2"}
    assert visit.report() == {
        "person": "u-2",
        "pair": "USD/MXN",
        "side": "BUY",
        "quantity": "100.00",
        "price": "17.051",
        "sequence": 1,
        "folded": 0,
        "watch_evaluated": False,
        "seconds_until_both": visit.report()["seconds_until_both"],
    }


def test_where_nobody_can_pay_nobody_buys(stores: Stores, api: Api) -> None:
    stores.portfolios.put_many([a_portfolio(quote=Decimal(10), user_id="rich")])
    with pytest.raises(LaptopCloudError, match="nobody who has a sign-in can pay"):
        customer.visit(CLOUD, stores, HOME)
    assert api.asked == []
