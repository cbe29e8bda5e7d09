from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from api_handlers import ledger_csv
from api_handlers.routes import transactions
from divisa.domain.errors import StoreUnavailable
from divisa.domain.ledger import transaction_id_of
from tests.builders import USD_MXN
from tests.unit.api_handlers.requests import ALICE, BOB, Answered
from tests.unit.api_handlers.trading import TradingApi, api
from tests.unit.services.trading import VALIDITY

__all__ = ["api"]

PATH = "/v1/transactions"


def code(answered: Answered) -> str:
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json["instance"] == PATH
    assert answered.json["status"] == answered.status
    return str(answered.json["type"]).removeprefix("urn:divisa:problem:")


def test_a_buy_is_answered_with_its_entry(api: TradingApi) -> None:
    answered = api.send(api.order(), "k-1")
    assert answered.status == 201
    assert answered.json == {
        "transaction_id": transaction_id_of(ALICE, "k-1"),
        "pair": "USD/MXN",
        "side": "BUY",
        "quantity": "100.00",
        "price": "17.051",
        "amount": "1705.10",
        "executed_at": "2024-01-10T15:00:00Z",
        "sequence": 1,
    }
    assert "idempotency-replayed" not in answered.headers


def test_a_sell_says_what_it_earned(api: TradingApi) -> None:
    assert api.trade("k", side="SELL", quantity="200")["realised_pnl"] == "9.80"


def test_the_same_again_is_answered_alike_and_says_so(api: TradingApi) -> None:
    body = api.order(quantity="100.5", max_slippage="0.010")
    first = api.send(body)
    api.world.wall.advance(timedelta(hours=1))
    again = api.send({**body, "quantity": "100.50", "max_slippage": "0.01"})
    assert (again.status, again.text) == (201, first.text)
    assert again.headers["idempotency-replayed"] == "true"
    held = api.world.ledger.portfolio(ALICE, USD_MXN)
    assert held is not None
    assert held.base_balance == Decimal("600.50")


def test_another_body_under_the_same_key_is_refused(api: TradingApi) -> None:
    body = api.order()
    api.send(body)
    answered = api.send({**body, "quantity": "101.00"})
    assert (answered.status, code(answered)) == (409, "key_reused")


def test_a_key_of_one_user_is_nothing_to_another(api: TradingApi) -> None:
    api.send(api.order(), "k")
    answered = api.send(api.order(quote_id=api.quote_id(BOB)), "k", BOB)
    assert answered.status == 201
    assert "idempotency-replayed" not in answered.headers


def test_refusals_say_why(api: TradingApi) -> None:
    world = api.world
    assert code(api.send(api.order(quantity="1172.97"))) == "insufficient_funds"
    assert code(api.send(api.order(quote_id="made.up"))) == "quote_unknown"
    assert code(api.send(api.order(quote_id=api.quote_id(BOB)))) == "quote_unknown"
    body = api.order()
    world.quote("17.10")
    answered = api.send(body)
    assert (answered.status, code(answered)) == (409, "price_moved")
    body = api.order()
    world.wall.advance(VALIDITY + timedelta(seconds=1))
    assert code(api.send(body)) == "quote_expired"
    world.clock.advance(timedelta(minutes=5))
    assert code(api.send(api.order())) == "price_stale"
    world.clock.advance(timedelta(days=3))
    assert code(api.send(api.order())) == "market_closed"
    assert world.ledger.portfolio(ALICE, USD_MXN) == replace(world.held, user_id=ALICE)


@pytest.mark.parametrize(
    "quantity",
    [
        100,
        100.5,
        "NaN",
        "Infinity",
        "1e3",
        "-1",
        "+1",
        "0",
        "0.00",
        "",
        " 1",
        "1 ",
        "1,000",
        "1.001",
        "٣",
        "9" * 10_000,
    ],
)
def test_money_is_a_plain_decimal_in_quotes(api: TradingApi, quantity: Any) -> None:
    answered = api.send(api.order(quantity=quantity))
    assert (answered.status, code(answered)) == (422, "invalid")
    assert [each["field"] for each in answered.json["errors"]] == ["body.quantity"]
    assert len(answered.text) < 1000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("side", "buy"),
        ("side", None),
        ("side", 1),
        ("quote_id", ""),
        ("quote_id", 5),
        ("quote_id", "x" * 513),
        ("quote_id", "a b"),
        ("max_slippage", "0.051"),
        ("max_slippage", "0.1"),
        ("max_slippage", "-0.01"),
        ("max_slippage", 0),
        ("max_slippage", "0.0000001"),
        ("user_id", BOB),
        ("price", "1.00"),
    ],
)
def test_a_field_that_is_invalid_is_named(api: TradingApi, field: str, value: Any) -> None:
    answered = api.send(api.order(**{field: value}))
    assert (answered.status, code(answered)) == (422, "invalid")
    assert [each["field"] for each in answered.json["errors"]] == [f"body.{field}"]


@pytest.mark.parametrize("slippage", ["0", "0.0", "0.05", "0.050000", "0.049999"])
def test_slippage_goes_up_to_five_per_cent(api: TradingApi, slippage: str) -> None:
    assert api.send(api.order(max_slippage=slippage)).status == 201


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 65, "é", "a/b"])
def test_a_key_is_needed(api: TradingApi, key: str | None) -> None:
    answered = api.send(api.order(), key)
    assert (answered.status, code(answered)) == (422, "invalid")
    assert [each["field"] for each in answered.json["errors"]] == ["header.idempotency-key"]


@pytest.mark.parametrize("body", [b"\xff\xfe", "{", "[1", '{"quantity": NaN}'])
def test_what_is_no_json_is_malformed(api: TradingApi, body: Any) -> None:
    answered = api.send(body)
    assert (answered.status, code(answered)) == (400, "malformed")


def test_nobody_trades_without_a_token(api: TradingApi) -> None:
    assert api.send(api.order(), user=None).status == 401
    assert api.ask("GET", PATH, user=None).status == 401
    assert api.ask("GET", "/v1/portfolio", user=None).status == 401
    assert api.ask("GET", "/v1/quotes/USD-MXN", user=None).status == 401


def test_a_ledger_that_does_not_answer_is_asked_again_later(api: TradingApi, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> Any:
        raise StoreUnavailable("t-transactions: ReadTimeoutError")

    body = api.order()
    monkeypatch.setattr(transactions, "_trade", lambda: lambda user, order: silent())
    answered = api.send(body)
    assert (answered.status, code(answered), answered.headers["retry-after"]) == (503, "unavailable", "2")
    assert "t-transactions" not in answered.text


def listed(api: TradingApi, user: str = ALICE, **query: Any) -> Any:
    answered = api.ask("GET", PATH, user=user, query={name: str(value) for name, value in query.items()})
    assert answered.status == 200, answered.text
    return answered.json


def test_the_ledger_is_read_newest_first_in_pages(api: TradingApi) -> None:
    made = [api.trade(f"k-{n}", quantity="1.00") for n in range(5)]
    first = listed(api, limit=2)
    second = listed(api, limit=2, cursor=first["next_cursor"])
    third = listed(api, limit=2, cursor=second["next_cursor"])
    assert first["items"] + second["items"] + third["items"] == made[::-1]
    assert "next_cursor" not in third
    assert listed(api)["items"] == made[::-1]


def test_the_ledger_is_filtered(api: TradingApi) -> None:
    made = []
    for n, side in enumerate(["BUY", "SELL", "BUY", "SELL"]):
        made.append(api.trade(f"k-{n}", quantity="1.00", side=side))
        api.world.clock.advance(timedelta(seconds=10))
    assert listed(api, side="SELL")["items"] == [made[3], made[1]]
    assert listed(api, pair="USD/BRL") == {"items": []}
    between = {"since": made[1]["executed_at"], "until": made[3]["executed_at"]}
    assert listed(api, **between)["items"] == [made[2], made[1]]
    assert listed(api, **between, side="BUY", pair="USD/MXN")["items"] == [made[2]]


def test_nobody_sees_anybody_elses_ledger(api: TradingApi) -> None:
    made = [api.trade(f"k-{n}", quantity="1.00") for n in range(3)]
    cursor = listed(api, limit=1)["next_cursor"]
    assert made
    assert listed(api, BOB) == listed(api, BOB, cursor=cursor) == {"items": []}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "ten"),
        ("limit", "9" * 5000),
        ("side", "buy"),
        ("pair", "USD-MXN"),
        ("pair", "USD/XXX"),
        ("since", "yesterday"),
        ("since", "2024-01-10T15:00:00+01:00"),
        ("until", "2024-13-10T15:00:00Z"),
        ("cursor", "a b"),
        ("user_id", BOB),
    ],
)
def test_a_query_that_is_invalid_is_named(api: TradingApi, name: str, value: str) -> None:
    answered = api.ask("GET", PATH, query={name: value})
    assert (answered.status, code(answered)) == (422, "invalid")
    assert [each["field"] for each in answered.json["errors"]] == [f"query.{name}"]


@pytest.mark.parametrize("cursor", ["x", "abcd", "MA", "A" * 128])
def test_a_cursor_of_somebodys_invention_is_malformed(api: TradingApi, cursor: str) -> None:
    answered = api.ask("GET", PATH, query={"cursor": cursor})
    assert (answered.status, code(answered)) == (400, "malformed")


def the_file(api: TradingApi, accept: str = "text/csv", **query: str) -> tuple[list[dict[str, str]], Answered]:
    answered = api.ask("GET", PATH, query=query, headers={"Accept": accept})
    assert answered.status == 200
    assert answered.headers["content-type"] == "text/csv"
    assert answered.headers["vary"] == "Accept"
    return list(csv.DictReader(io.StringIO(answered.text, newline=""))), answered


def test_the_ledger_is_exported_as_one_file(api: TradingApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "CSV_PAGE", 2)
    made = [api.trade(f"k-{n}", quantity="1.00", side=side) for n, side in enumerate(["BUY", "SELL", "BUY"])]
    rows, answered = the_file(api)
    plain = [{name: str(value) for name, value in {"realised_pnl": "", **each}.items()} for each in made[::-1]]
    assert rows == plain
    assert list(rows[0]) == list(ledger_csv.COLUMNS)
    assert answered.headers["content-disposition"] == 'attachment; filename="transactions.csv"'
    assert "x-divisa-next-cursor" not in answered.headers
    assert the_file(api, "text/csv, application/json;q=0.5", side="SELL")[0] == [plain[1]]


def test_a_file_that_grows_too_large_says_how_to_go_on(api: TradingApi, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [api.trade(f"k-{n}", quantity="1.00") for n in range(7)]
    whole = ledger_csv.ledger_csv
    monkeypatch.setattr(transactions, "ledger_csv", lambda entries, rows: whole(entries, rows, 400))
    found: list[str] = []
    query: dict[str, str] = {}
    sizes = []
    while True:
        rows, answered = the_file(api, **query)
        assert len(answered.text) <= 400
        sizes.append(len(rows))
        found += [row["transaction_id"] for row in rows]
        if "x-divisa-next-cursor" not in answered.headers:
            break
        query = {"cursor": answered.headers["x-divisa-next-cursor"]}
    assert found == [each["transaction_id"] for each in made[::-1]]
    assert len(sizes) > 2


def test_a_file_may_be_limited_like_a_page(api: TradingApi) -> None:
    made = [api.trade(f"k-{n}", quantity="1.00") for n in range(3)]
    rows, answered = the_file(api, limit="2")
    rest, last = the_file(api, limit="2", cursor=answered.headers["x-divisa-next-cursor"])
    assert [row["transaction_id"] for row in rows + rest] == [each["transaction_id"] for each in made[::-1]]
    assert "x-divisa-next-cursor" not in last.headers


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/json, text/csv", "text/csv;q=0, */*"])
def test_who_does_not_ask_for_a_file_gets_json(api: TradingApi, accept: str) -> None:
    answered = api.ask("GET", PATH, headers={"Accept": accept} if accept else None)
    assert answered.headers["content-type"] == "application/json"
    assert answered.json == {"items": []}


@pytest.mark.parametrize("accept", ["text/csv, */*", "TEXT/CSV", "text/*, application/json;q=0.9", "text/csv; q=x"])
def test_whoever_would_rather_have_a_file_gets_it(api: TradingApi, accept: str) -> None:
    assert the_file(api, accept)[0] == []
