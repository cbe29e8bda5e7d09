"""Requests that no app sends, by hand: each gets the answer that is meant for it, and none breaks anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.integration.api.books import PAIR

if TYPE_CHECKING:
    from tests.integration.api.floor import Answer, Floor

pytestmark = pytest.mark.integration

KEY = {"Idempotency-Key": "a-key"}
LONG = "9" * 10_000
DIGITS = "1" + "0" * 9_999


class Wrong(NamedTuple):
    """A request, and how it must be turned down.

    Attributes:
        name: of the test.
        method: of HTTP.
        target: path and query as they are sent, byte for byte.
        statuses: any of these.
        body: JSON of it, or bytes as they are.
        headers: over the usual ones.
        field: that the answer must name, "" for none.
    """

    name: str
    method: str
    target: str
    statuses: frozenset[int]
    body: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012
    field: str = ""


def an_order(**changes: Any) -> dict[str, Any]:
    return {"quote_id": "QUOTE", "side": "BUY", "quantity": "10.00", "max_slippage": "0"} | changes


def order(name: str, *statuses: int, field: str = "", headers: dict[str, str] | None = None, **changes: Any) -> Wrong:
    body = {key: value for key, value in an_order(**changes).items() if value is not Ellipsis}
    return Wrong(
        name, "POST", "/v1/transactions", frozenset(statuses), body, KEY if headers is None else headers, field
    )


def sent(name: str, body: bytes, *statuses: int, **headers: str) -> Wrong:
    return Wrong(name, "POST", "/v1/transactions", frozenset(statuses), body, KEY | headers)


def get(name: str, target: str, *statuses: int, method: str = "GET", body: Any = None, **headers: str) -> Wrong:
    return Wrong(name, method, target, frozenset(statuses), body, headers)


CASES = [
    order("money as a JSON number", 422, quantity=10.5, field="quantity"),
    order("money as a whole JSON number", 422, quantity=10, field="quantity"),
    order("NaN in quotes", 422, quantity="NaN", field="quantity"),
    order("infinity in quotes", 422, quantity="Infinity", field="quantity"),
    order("an exponent", 422, quantity="1e3", field="quantity"),
    order("an exponent of many", 422, quantity="1E999999", field="quantity"),
    order("a sign", 422, quantity="-10.00", field="quantity"),
    order("a plus sign", 422, quantity="+10.00", field="quantity"),
    order("blanks", 422, quantity=" 10.00", field="quantity"),
    order("a thousands separator", 422, quantity="1,000.00", field="quantity"),
    order("digits of another script", 422, quantity="١٠", field="quantity"),
    order("ten thousand digits", 422, quantity=LONG, field="quantity"),
    order("ten thousand digits behind the point", 422, quantity=f"0.{LONG}", field="quantity"),
    order("a fraction of a cent", 422, quantity="10.001", field="quantity"),
    order("nothing", 422, quantity="0.00", field="quantity"),
    order("no quantity", 422, quantity=..., field="quantity"),
    order("null", 422, quantity=None, field="quantity"),
    order("a list", 422, quantity=["10"], field="quantity"),
    order("a side that is none", 422, side="HOLD", field="side"),
    order("a side in small letters with a null byte", 422, side="BUY\0", field="side"),
    order("too much slippage", 422, max_slippage="0.051", field="max_slippage"),
    order("slippage as a number", 422, max_slippage=0.01, field="max_slippage"),
    order("slippage below zero", 422, max_slippage="-0.01", field="max_slippage"),
    order("a field that there is not", 422, user_id="somebody", field="user_id"),
    order("a price of one's own", 422, price="1.00", field="price"),
    order("a quote id that was never given out", 409, 422, quote_id="A" * 40),
    order("an empty quote id", 409, 422, quote_id=""),
    order("a very long quote id", 409, 422, quote_id=LONG),
    order("a quote id of half a character", 400, 409, 422, quote_id="\ud800"),
    order("no idempotency key", 400, 422, headers={}),
    order("an empty idempotency key", 400, 422, headers={"Idempotency-Key": ""}),
    order("an idempotency key with a path", 400, 422, headers={"Idempotency-Key": "../../x"}),
    order("an idempotency key of 65", 400, 422, headers={"Idempotency-Key": "k" * 65}),
    order("another media type", 415, headers=KEY | {"Content-Type": "text/plain"}),
    order("a form", 415, headers=KEY | {"Content-Type": "application/x-www-form-urlencoded"}),
    order("another character set", 400, 415, headers=KEY | {"Content-Type": "application/json; charset=utf-16"}),
    sent("no body", b"", 400, 422),
    sent("no JSON", b"{", 400),
    sent("NaN without quotes", b'{"quote_id":"q","side":"BUY","quantity":NaN}', 400, 422),
    sent(
        "a number of ten thousand digits",
        b'{"quote_id":"q","side":"BUY","quantity":' + DIGITS.encode() + b"}",
        400,
        422,
    ),
    sent("a number out of every range", b'{"quote_id":"q","side":"BUY","quantity":1e99999}', 400, 422),
    sent("a list", b"[]", 422),
    sent("a string", b'"BUY"', 422),
    sent("null", b"null", 422),
    sent("invalid UTF-8", b'{"quote_id":"\xff\xfe","side":"BUY","quantity":"1"}', 400),
    sent("UTF-16", '{"side":"BUY"}'.encode("utf-16"), 400),
    sent("a byte order mark", b'\xef\xbb\xbf{"side":"BUY"}', 400, 422),
    sent("a hundred thousand brackets", b"[" * 60_000, 400, 422),
    sent("deep objects", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, 422),
    sent("a megabyte", b'{"quote_id":"' + b"x" * 1_000_000 + b'"}', 413),
    sent("ten megabytes", b'{"quote_id":"' + b"x" * 10_000_000 + b'"}', 413),
    get("a pair that is not served", "/v1/quotes/EUR-GBP", 404),
    get("a pair of one currency", "/v1/quotes/USD-USD", 404, 422),
    get("a pair with a slash", "/v1/quotes/USD/MXN", 404),
    get("a pair with an encoded slash", "/v1/quotes/USD%2FMXN", 404, 422),
    get("a pair of small letters", "/v1/quotes/usd-mxn", 404, 422),
    get("a pair out of a path", "/v1/quotes/..%2F..%2Fetc%2Fpasswd", 404, 422),
    get("dots in a path", "/v1/quotes/../portfolio/../../etc/passwd", 400, 403, 404),
    get("two slashes", "//v1//portfolio", 404),
    get("a path that ends too late", "/v1/portfolio/", 404),
    get("a path in capitals", "/V1/PORTFOLIO", 404),
    get("a null byte in a path", "/v1/quotes/USD-MXN%00", 400, 404, 422),
    get("a parameter in a path", "/v1/portfolio;user=somebody", 404),
    get("a path of four thousand letters", f"/v1/quotes/{'A' * 4_000}", 404, 414, 422),
    get("another user in the query", "/v1/portfolio?user_id=somebody", 422),
    get("a limit of nothing", "/v1/transactions?limit=0", 422),
    get("a limit of many", "/v1/transactions?limit=101", 422),
    get("a limit of ten thousand digits", f"/v1/transactions?limit={LONG[:4000]}", 422),
    get("a limit that is no number", "/v1/transactions?limit=ten", 422),
    get("a side that is none", "/v1/transactions?side=HOLD", 422),
    get("a time without a zone", "/v1/transactions?since=2024-01-10T15:00:00", 422),
    get("a time that never was", "/v1/transactions?since=2024-02-30T15:00:00Z", 422),
    get("a time of ten thousand years", "/v1/transactions?since=99999-01-01T00:00:00Z", 422),
    get("a cursor that was never given out", "/v1/transactions?cursor=AAAA", 400, 422),
    get("a cursor of JSON", "/v1/transactions?cursor=%7B%22user_id%22%3A%22somebody%22%7D", 400, 422),
    get("a cursor of suggestions that was never given out", "/v1/suggestions?cursor=AAAA", 400, 422),
    get("a pair that is none in the query", "/v1/transactions?pair=USDMXN", 422),
    get("an interval that is none", "/v1/quotes/USD-MXN/history?interval=5m", 422),
    get("no interval", "/v1/quotes/USD-MXN/history", 422),
    get(
        "a suggestion that there is not",
        "/v1/suggestions/nothing/response",
        404,
        422,
        method="POST",
        body={"response": "accepted"},
    ),
    get(
        "an answer that is none",
        "/v1/suggestions/nothing/response",
        404,
        422,
        method="POST",
        body={"response": "maybe"},
    ),
    get("a device that there is not", "/v1/devices/nothing", 404, 422, method="DELETE"),
    get("a platform that is none", "/v1/devices", 422, method="POST", body={"platform": "palm", "token": "t" * 32}),
    get("an empty push token", "/v1/devices", 422, method="POST", body={"platform": "ios", "token": ""}),
    get("preferences without If-Match", "/v1/preferences", 422, 428, method="PUT", body={}),
    get("a method that is not there", "/v1/portfolio", 404, 405, method="POST", body={}),
    get("a method of one's own", "/v1/portfolio", 400, 404, 405, 501, method="BREW"),
    get("feeds by somebody who may not", "/v1/feeds/prices/a.csv", 401, 403, method="PUT", body=b"a\n"),
    get("prices without a signature", "/v1/prices", 401, 422, method="POST", body={"quotes": []}),
]


@pytest.mark.parametrize("wrong", CASES, ids=lambda wrong: wrong.name.replace(" ", "-"))
def test_a_request_that_is_wrong_is_turned_down_as_documented(floor: Floor, wrong: Wrong) -> None:
    trader = floor.person("clumsy")
    body = wrong.body
    if isinstance(body, dict) and body.get("quote_id") == "QUOTE":
        body = body | {"quote_id": trader.client.get_quote(PAIR).quote_id}
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    before = trader.ledger()

    answer = floor.send(wrong.method, wrong.target, content, token=floor.token("clumsy"), headers=wrong.headers)

    assert answer.status in wrong.statuses, answer.body[:500]
    is_a_problem(answer)
    if wrong.field:
        assert wrong.field in {error["field"].rpartition(".")[2] for error in answer.json["errors"]}
    assert LONG[:100].encode() not in answer.body, "values are not repeated"
    assert b"Traceback" not in answer.body
    assert trader.ledger() == before


def is_a_problem(answer: Answer) -> None:
    """Problem details, or what API Gateway says by itself."""
    if answer.media_type == "application/problem+json":
        assert answer.json["status"] == answer.status
        assert answer.json["type"].startswith("urn:divisa:problem:")
    else:
        assert answer.media_type == "application/json"
        assert set(answer.json) == {"message"}
