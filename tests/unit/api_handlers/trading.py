"""The API's trading routes over a world in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from api_handlers.app import Application
from api_handlers.routes import portfolio, quotes, transactions
from divisa.observability import metrics
from tests.unit.api_handlers.requests import ALICE, BOB, ask
from tests.unit.services.trading import OPENING, TradingWorld

if TYPE_CHECKING:
    from tests.unit.api_handlers.requests import Answered


@dataclass
class TradingApi:
    """Alice and Bob, each with the opening balance, and the application that they talk to."""

    world: TradingWorld = field(default_factory=TradingWorld)
    application: Application = field(
        default_factory=lambda: Application(portfolio.router, quotes.router, transactions.router)
    )

    def __post_init__(self) -> None:
        self.world.portfolios.put_many(replace(OPENING, user_id=user) for user in (ALICE, BOB))

    def ask(self, method: str, path: str, **event: Any) -> Answered:
        return ask(self.application, method, path, **event)

    def quote_id(self, user: str = ALICE) -> str:
        found: str = self.ask("GET", "/v1/quotes/USD-MXN", user=user).json["quote_id"]
        return found

    def order(self, **changes: Any) -> dict[str, Any]:
        """The body of a buy of 100 dollars."""
        return {"quote_id": self.quote_id(), "side": "BUY", "quantity": "100.00", **changes}

    def send(self, body: Any, key: str | None = "k", user: str | None = ALICE, **event: Any) -> Answered:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.ask("POST", "/v1/transactions", headers=headers, body=body, user=user, **event)

    def trade(self, key: str, **changes: Any) -> dict[str, Any]:
        answered = self.send(self.order(**changes), key)
        assert answered.status == 201, answered.text
        found: dict[str, Any] = answered.json
        return found


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> TradingApi:
    monkeypatch.setattr(metrics.provider, "namespace", "Divisa")
    api = TradingApi()
    monkeypatch.setattr(transactions, "_trade", lambda: api.world.trade)
    monkeypatch.setattr(transactions, "_ledger", lambda: api.world.ledger)
    monkeypatch.setattr(quotes, "_offer", lambda: api.world.offer)
    monkeypatch.setattr(portfolio, "_value", lambda: api.world.value)
    return api
