"""Past prices, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from api_handlers.app import Application
from api_handlers.routes import history
from divisa.adapters.memory.bars import MemoryBars
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.domain.bars import bars_of
from divisa.domain.gate import GateState
from divisa.ports import MarketRecord
from divisa.services.read_bars import ReadBars
from tests.builders import USD_MXN, WEDNESDAY, a_quote
from tests.unit.api_handlers.requests import ask

if TYPE_CHECKING:
    from tests.unit.api_handlers.requests import Answered

PATH = "/v1/quotes/USD-MXN/history"


@pytest.fixture(autouse=True)
def past(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quote a minute for five minutes, each a hundredth above the one before."""
    path = [a_quote(Decimal("17.05") + Decimal(n) / 100, at=WEDNESDAY + timedelta(minutes=n)) for n in range(5)]
    bars, markets = MemoryBars(), MemoryMarkets()
    bars.merge(bars_of(path))
    markets.save(MarketRecord(USD_MXN, GateState(), None, path[-1]))
    monkeypatch.setattr(history, "_read", lambda: ReadBars(frozenset([USD_MXN]), markets, bars))


def get(path: str = PATH, query: str = "interval=1m", user: str | None = "u") -> Answered:
    return ask(Application(history.router), "GET", path, query=query, user=user)


def starts(answered: Answered) -> list[str]:
    assert answered.status == 200, answered.text
    return [bar["start"][11:16] for bar in answered.json["bars"]]


def test_a_chart_has_bars_of_mids_the_oldest_first() -> None:
    answered = get(query="interval=1h")
    assert answered.json == {
        "pair": "USD/MXN",
        "interval": "1h",
        "bars": [
            {
                "start": "2024-01-10T15:00:00Z",
                "open": "17.050000",
                "high": "17.090000",
                "low": "17.050000",
                "close": "17.090000",
            }
        ],
    }
    assert starts(get()) == ["15:00", "15:01", "15:02", "15:03", "15:04"]


def test_a_chart_shows_a_stretch_of_time() -> None:
    query = "interval=1m&since=2024-01-10T15:01:00Z&until=2024-01-10T15:04:00Z"
    assert starts(get(query=query)) == ["15:01", "15:02", "15:03"]
    assert starts(get(query=f"{query}&limit=2")) == ["15:02", "15:03"]
    assert starts(get(query="interval=1m&until=2024-01-10T15:00:00Z")) == []


def test_the_ends_of_time_are_times() -> None:
    for moment in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"):
        for bound in ("since", "until"):
            assert get(query=f"interval=1d&limit=1000&{bound}={moment}").status == 200


@pytest.mark.parametrize(
    "path", ["/v1/quotes/USD-COP/history", "/v1/quotes/USD-USD/history", "/v1/quotes/USD-XXX/history"]
)
def test_a_pair_that_is_not_served_is_not_found(path: str) -> None:
    assert get(path).status == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "query.interval"),
        ("interval=5m", "query.interval"),
        ("interval=MINUTE", "query.interval"),
        ("interval=1m&limit=0", "query.limit"),
        ("interval=1m&limit=1001", "query.limit"),
        ("interval=1m&limit=ten", "query.limit"),
        ("interval=1m&since=yesterday", "query.since"),
        ("interval=1m&since=2024-01-10T15:01:00", "query.since"),
        ("interval=1m&until=2024-13-10T15:01:00Z", "query.until"),
        ("interval=1m&user=bob", "query.user"),
    ],
)
def test_a_question_that_makes_no_sense_names_the_field(query: str, field: str) -> None:
    answered = get(query=query)
    assert answered.status == 422
    assert [each["field"] for each in answered.json["errors"]] == [field]


def test_whoever_has_no_token_sees_no_chart() -> None:
    assert get(user=None).status == 401
