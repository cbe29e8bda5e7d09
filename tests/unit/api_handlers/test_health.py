"""How the API fares, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from api_handlers.app import Application
from api_handlers.routes import health
from divisa.domain.pair import Pair
from divisa.services.check_health import Condition, Health, QuoteAge
from tests.builders import USD_MXN
from tests.unit.api_handlers.requests import Answered, ask

if TYPE_CHECKING:
    import pytest

USD_BRL = Pair("USD", "BRL")


def get(monkeypatch: pytest.MonkeyPatch, found: Health) -> Answered:
    monkeypatch.setattr(health, "_check", lambda: lambda: found)
    return ask(Application(health.router), "GET", "/v1/health", user=None)


def test_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    ages = (QuoteAge(USD_BRL, timedelta(seconds=1.26)), QuoteAge(USD_MXN, timedelta(seconds=-0.5)))
    answered = get(monkeypatch, Health(Condition.OK, Condition.OK, ages))
    assert answered.status == 200
    assert answered.json == {
        "status": "ok",
        "dependencies": {"tables": "ok", "prices": "ok"},
        "quotes": [{"pair": "USD/BRL", "age_seconds": 1.3}, {"pair": "USD/MXN", "age_seconds": 0.0}],
    }


def test_late_prices_degrade_what_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = get(monkeypatch, Health(Condition.OK, Condition.LATE, (QuoteAge(USD_MXN, None),)))
    assert (answered.status, answered.json["status"]) == (200, "degraded")
    assert answered.json["quotes"] == [{"pair": "USD/MXN"}]


def test_without_tables_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    away = Health(Condition.UNAVAILABLE, Condition.UNAVAILABLE, (QuoteAge(USD_MXN, None),))
    answered = get(monkeypatch, away)
    assert (answered.status, answered.json["status"]) == (503, "degraded")
    assert answered.headers["content-type"] == "application/json"
    assert "retry-after" in answered.headers
