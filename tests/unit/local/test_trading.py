from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from divisa.domain.errors import LaptopCloudError, Refused, Unavailable
from divisa.ports import Advance, Move, SummaryRecord
from local import trading
from local.trading import consequences, trade, watch_of
from tests.builders import USD_MXN, a_summary, a_watch
from tests.unit.client.canned import TRANSACTION, Api, ok, problem
from tests.unit.local.memory_stores import memory_stores

QUOTE = {
    "pair": "USD/MXN",
    "bid": "17.05",
    "ask": "17.051",
    "time": "2024-01-10T15:00:00Z",
    "quote_id": "q-1",
    "valid_until": "2024-01-10T15:00:10Z",
    "tradable": True,
}
POSITION = {
    "pair": "USD/MXN",
    "base_balance": "100.00",
    "quote_balance": "5.00",
    "base_cost": "1705.10",
    "realised_pnl": "0.00",
}
PORTFOLIO = {"as_of": "2024-01-10T15:00:00Z", "positions": [POSITION | {"pair": "USD/BRL"}, POSITION]}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trading, "_AGAIN_SECONDS", 0.0)


def buy(*answers: httpx.Response | Exception, patience: float = 0.0) -> tuple[trading.Trade, Api]:
    api = Api(list(answers))
    return trade(api.client(), "BUY", "USD/MXN", Decimal(100), patience=patience), api


def test_a_trade_is_ordered_at_a_quote_and_ends_with_what_its_user_holds() -> None:
    made, api = buy(ok(QUOTE), ok(TRANSACTION, 201), ok(PORTFOLIO))
    assert made.transaction.amount == Decimal("1705.10")
    assert (made.quote.quote_id, made.position.pair) == ("q-1", "USD/MXN")
    assert json.loads(api.asked[1].content)["quote_id"] == "q-1"


def test_a_price_that_moved_is_asked_for_again_with_another_key_as_long_as_there_is_patience() -> None:
    moved = problem(409, "price_moved")
    _, api = buy(ok(QUOTE), moved, ok(QUOTE | {"quote_id": "q-2"}), ok(TRANSACTION, 201), ok(PORTFOLIO), patience=60)
    first, second = api.asked[1], api.asked[3]
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]
    assert json.loads(second.content)["quote_id"] == "q-2"

    with pytest.raises(Refused, match="not now"):
        buy(ok(QUOTE), problem(409, "price_moved"))


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (problem(409, "insufficient_funds"), Refused, "the API refused: not now"),
        (
            problem(422, "invalid", errors=[{"field": "body.quantity", "problem": "is 0"}]),
            Refused,
            "body.quantity is 0",
        ),
        (problem(503, "unavailable"), Unavailable, "cannot do that now"),
        (httpx.ConnectError("refused"), Unavailable, "did not answer"),
        (httpx.Response(500, text="oops"), LaptopCloudError, "document does not say"),
    ],
)
def test_what_does_not_end_by_itself_is_not_tried_again(
    answer: httpx.Response | Exception, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        buy(ok(QUOTE), answer, patience=60)


def test_a_trade_that_was_made_is_not_made_again_because_the_portfolio_cannot_be_read() -> None:
    with pytest.raises(Unavailable):
        buy(ok(QUOTE), ok(TRANSACTION, 201), problem(503, "unavailable"), patience=60)


def test_the_consequences_are_waited_for() -> None:
    stores = memory_stores()
    made, _ = buy(ok(QUOTE), ok(TRANSACTION, 201), ok(PORTFOLIO))
    transaction: Any = made.transaction
    stores.watches.put_many([a_watch()])
    before = watch_of(stores, "ana", USD_MXN)
    assert before is not None

    late = consequences(stores, "ana", USD_MXN, transaction, before, patience=0.0)
    assert (late.folded, late.after) == (0, None)

    stores.summaries.put_many(USD_MXN, {"ana": a_summary()})
    record = stores.summaries.load(USD_MXN, ["ana"])["ana"]
    stores.summaries.save([Advance(record, SummaryRecord("ana", USD_MXN, a_summary(buys=2.0), sequence=1))])
    stores.watches.move_all([Move(before, replace(before, generation=before.generation + 1))])
    there = consequences(stores, "ana", USD_MXN, transaction, before, patience=60.0)
    assert there.folded == 1
    assert there.after is not None
    assert there.after.generation == before.generation + 1
    assert there.seconds < 1
