"""What each method of the client sends and returns, with an API made of canned answers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from client import ApiProblem, ApiUnreachable, Client, PriceProvider, UnexpectedAnswer
from client.errors import PROBLEM
from client.signing import signature
from client.values import Alert, Consent, Preferences, PricedQuote, QuietHours
from tests.unit.client.canned import AT, TRANSACTION, Api, ok, problem


def buy(client: Client, quantity: str = "100") -> Any:
    return client.create_transaction("key-1", quote_id="q-1", side="BUY", quantity=Decimal(quantity))


def test_an_order_goes_out_as_strings_of_plain_digits_with_its_key_and_the_callers_token() -> None:
    api = Api([ok(TRANSACTION, 201)])
    with api.client() as client:
        receipt = client.create_transaction(
            "key-1", quote_id="q-1", side="SELL", quantity=Decimal("1E+2"), max_slippage=Decimal("0.01")
        )
    [request] = api.asked
    assert (request.method, request.url.path) == ("POST", "/v1/transactions")
    assert request.headers["idempotency-key"] == "key-1"
    assert request.headers["authorization"] == "Bearer t0ken"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == {
        "quote_id": "q-1",
        "side": "SELL",
        "quantity": "100",
        "max_slippage": "0.01",
    }
    assert not receipt.replayed
    assert (receipt.transaction.amount, receipt.transaction.executed_at) == (Decimal("1705.10"), AT)
    assert receipt.transaction.realised_pnl is None


def test_an_order_that_was_there_before_says_so() -> None:
    api = Api([ok(TRANSACTION, 201, **{"Idempotency-Replayed": "true"})])
    assert buy(api.client()).replayed


def test_a_token_may_be_given_anew_for_every_request_and_nobody_has_none() -> None:
    api = Api([ok({"as_of": "2024-01-10T15:00:00Z", "positions": []})] * 2)
    tokens = iter(["first", "second"])
    client = Client("https://api.example.com", lambda: next(tokens), http=api.http)
    client.get_portfolio()
    client.get_portfolio()
    assert [request.headers["authorization"] for request in api.asked] == ["Bearer first", "Bearer second"]

    api = Api([problem(401, "no_identity")])
    with pytest.raises(ApiProblem, match="401 no_identity"):
        api.client(token=None).get_portfolio()
    assert "authorization" not in api.asked[0].headers


def test_the_whole_ledger_is_read_page_by_page() -> None:
    pages = [{"items": [TRANSACTION | {"sequence": 2}], "next_cursor": "c/1"}, {"items": [TRANSACTION]}]
    api = Api([ok(page) for page in pages])
    entries = list(api.client().every_transaction(pair="USD/MXN", since=AT, limit=1))
    assert [entry.sequence for entry in entries] == [2, 1]
    assert [dict(request.url.params) for request in api.asked] == [
        {"pair": "USD/MXN", "since": "2024-01-10T15:00:00Z", "limit": "1"},
        {"pair": "USD/MXN", "since": "2024-01-10T15:00:00Z", "limit": "1", "cursor": "c/1"},
    ]


def test_the_ledger_as_csv_is_asked_for_as_csv() -> None:
    api = Api([httpx.Response(200, text="a,b\r\n1,2\r\n", headers={"content-type": "text/csv"})])
    assert api.client().export_transactions(side="BUY") == "a,b\r\n1,2\r\n"
    assert api.asked[0].headers["accept"] == "text/csv"


def test_what_stands_in_a_path_cannot_leave_its_place() -> None:
    answered = {"suggestion_id": "x", "response": "accepted", "responded_at": "2024-01-10T15:00:00Z"}
    api = Api([ok(answered), ok({"suggestion_id": "x", "opened_at": "2024-01-10T15:00:00Z"}), httpx.Response(204)])
    client = api.client()
    client.respond_to_suggestion("../me?x=1", "accepted")
    client.open_suggestion("../x")
    client.delete_device("a/b")
    assert [request.url.raw_path for request in api.asked] == [
        b"/v1/suggestions/..%2Fme%3Fx%3D1/response",
        b"/v1/suggestions/..%2Fx/opened",
        b"/v1/devices/a%2Fb",
    ]


def test_emails_end_with_one_click_and_without_a_token_of_the_caller() -> None:
    api = Api([httpx.Response(200, text="<html>"), ok({"status": "unsubscribed"})])
    client = api.client()
    assert client.ask_to_unsubscribe("t.k") == b"<html>"
    assert client.unsubscribe("t.k").status == "unsubscribed"
    assert [(each.method, each.url.raw_path) for each in api.asked] == [
        ("GET", b"/v1/unsubscribe?token=t.k"),
        ("POST", b"/v1/unsubscribe?token=t.k"),
    ]
    assert not [each for each in api.asked if "authorization" in each.headers]
    assert api.asked[1].content == b"List-Unsubscribe=One-Click"
    assert api.asked[1].headers["content-type"] == "application/x-www-form-urlencoded"


def test_a_pair_is_written_with_a_dash_in_a_path() -> None:
    history = {
        "pair": "USD/MXN",
        "interval": "1h",
        "bars": [{"start": "2024-01-10T15:00:00Z", "open": "17", "high": "17.2", "low": "16.9", "close": "17.1"}],
    }
    api = Api([ok(history)])
    assert api.client().get_quote_history("USD/MXN", "1h", until=AT).bars[0].high == Decimal("17.2")
    assert api.asked[0].url.path == "/v1/quotes/USD-MXN/history"


def test_preferences_come_with_the_version_that_a_change_must_name() -> None:
    preferences = Preferences(
        consent=Consent(sms=True, email=False, push=False),
        channel_order=("sms", "push", "email"),
        language="es",
        time_zone="America/Mexico_City",
        weekly_cap=3,
        pairs=("USD/MXN",),
        alerts=(Alert(pair="USD/MXN", direction="above", price=Decimal("18.5")),),
        quiet_hours=QuietHours(start="22:00", end="07:30"),
    )
    body = {
        "consent": {"sms": True, "email": False, "push": False},
        "channel_order": ["sms", "push", "email"],
        "language": "es",
        "time_zone": "America/Mexico_City",
        "weekly_cap": 3,
        "pairs": ["USD/MXN"],
        "alerts": [{"pair": "USD/MXN", "direction": "above", "price": "18.5"}],
        "quiet_hours": {"from": "22:00", "to": "07:30"},
    }
    api = Api([ok(body, ETag='"1"'), ok(body, ETag='"2"')])
    client = api.client()
    read = client.get_preferences()
    assert read == (preferences, '"1"')
    assert client.put_preferences(preferences, read.etag).etag == '"2"'
    assert api.asked[1].headers["if-match"] == '"1"'
    assert json.loads(api.asked[1].content) == body


def test_a_problem_has_its_code_its_fields_and_how_long_to_wait() -> None:
    answer = problem(429, "throttled", errors=[{"field": "quantity", "problem": "is no money"}])
    answer.headers["retry-after"] = "7"
    with pytest.raises(ApiProblem, match=r"429 throttled: not now \(quantity: is no money\)") as raised:
        buy(Api([answer]).client())
    assert (raised.value.status, raised.value.code, raised.value.retry_after) == (429, "throttled", 7.0)
    assert raised.value.problem.errors[0].field == "quantity"


def test_what_the_gateway_turns_down_by_itself_is_a_problem_too() -> None:
    with pytest.raises(ApiProblem, match="401 gateway: Unauthorized") as raised:
        buy(Api([httpx.Response(401, json={"message": "Unauthorized"})]).client())
    assert raised.value.problem.instance == "/v1/transactions"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, text="oops"),
        httpx.Response(502),
        httpx.Response(400, json={"said": "no"}),
        httpx.Response(400, text="{", headers={"content-type": PROBLEM}),
        httpx.Response(400, json={"type": "x"}, headers={"content-type": PROBLEM}),
        httpx.Response(302, headers={"location": "https://elsewhere.example.com"}),
        httpx.Response(200, text="{"),
        httpx.Response(201, json=TRANSACTION | {"amount": "a lot"}),
        httpx.Response(201, json={"transaction_id": "t-1"}),
        httpx.Response(201, content=b'{"transaction_id": "\xff"}'),
    ],
)
def test_an_answer_that_the_document_does_not_describe_is_no_success(answer: httpx.Response) -> None:
    with pytest.raises(UnexpectedAnswer):
        buy(Api([answer]).client())


def test_no_answer_is_told_apart_from_a_refusal() -> None:
    with pytest.raises(ApiUnreachable, match="POST /v1/transactions: gone"):
        buy(Api([httpx.ReadTimeout("gone")]).client())


def test_a_degraded_service_says_how_it_fares() -> None:
    body = {"status": "degraded", "dependencies": {"tables": "failing"}, "quotes": [{"pair": "USD/MXN"}]}
    health = Api([ok(body, 503)]).client(token=None).get_health()
    assert (health.status, health.quotes[0].age_seconds) == ("degraded", None)


def test_prices_are_signed_as_the_provider_and_over_exactly_what_is_sent() -> None:
    api = Api([ok({"results": [{"index": 0, "status": "accepted"}]}, 202)])
    quote = PricedQuote(pair="USD/MXN", bid=Decimal("17.05"), ask=Decimal("17.06"), event_time=AT, sequence=7)
    with PriceProvider("https://api.example.com", "example", b"secret", http=api.http) as provider:
        results = provider.post_prices([quote], timestamp=1_700_000_000, nonce="n-1")
    assert results.results[0].status == "accepted"
    [request] = api.asked
    assert request.headers["x-divisa-provider"] == "example"
    assert request.headers["x-divisa-signature"] == signature(b"secret", "1700000000", "n-1", request.content)
    assert "authorization" not in request.headers


def test_a_nonce_is_not_used_twice() -> None:
    api = Api([ok({"results": []}, 202)] * 2)
    provider = PriceProvider("https://api.example.com", "example", b"secret", http=api.http)
    quote = PricedQuote(pair="USD/MXN", bid=Decimal("17.05"), ask=Decimal("17.06"), event_time=AT, sequence=7)
    provider.post_prices([quote])
    provider.post_prices([quote])
    first, second = (request.headers["x-divisa-nonce"] for request in api.asked)
    assert first != second
