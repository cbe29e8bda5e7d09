"""What all operations have in common: requests that are none, problems in one form, headers, a log without names."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body as JsonBody
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from hypothesis import given
from hypothesis import strategies as st

from api_handlers.app import SECURITY_HEADERS, Application
from api_handlers.bodies.scalars import Absent, Answer, Body, Moment, Money, PairInPath, PairName, PositiveMoney, Price
from api_handlers.caller import subject
from api_handlers.responses import FEEDS, USER, answer, documented, success
from divisa.domain.errors import ConcurrentUpdate, InvalidModel, NotFound, Refused, StoreUnavailable
from tests.unit.api_handlers.requests import ALICE, Answered, ask

SECRET = "4f8d-private-value"
router = APIGatewayHttpRouter()


class OrderIn(Body):
    """An order."""

    quantity: PositiveMoney
    limit: Price | Absent = None
    pair: PairName
    at: Moment | Absent = None


class OrderOut(Answer):
    """What became of it."""

    by: str
    quantity: Money
    limit: Price | Absent = None
    at: Moment | Absent = None


@router.post(
    "/v1/orders/<pair>",
    operation_id="order",
    security=USER,
    responses=documented({201: success("Done", OrderOut)}, 413, 415, 422),
)
def order(
    pair: Annotated[PairInPath, Path()],
    wanted: Annotated[OrderIn, JsonBody()],
    key: Annotated[str, Header(alias="Idempotency-Key", pattern="^[a-z]{1,8}$")],
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response[str]:
    assert (str(pair), len(key) > 0, limit > 0) == ("USD/MXN", True, True)
    out = OrderOut(by=subject(router.current_event), quantity=wanted.quantity, limit=wanted.limit, at=wanted.at)
    return answer(201, out)


FAILURES: dict[str, Exception] = {
    "refused": Refused("price_moved", "the price has moved"),
    "missing": NotFound(f"no {SECRET}"),
    "raced": ConcurrentUpdate(SECRET),
    "down": StoreUnavailable(SECRET),
    "broken": InvalidModel(SECRET),
    "bug": ValueError(SECRET),
}


@router.get("/v1/failures/<name>", operation_id="fail", responses=documented({204: success("Never")}, authorized=False))
def fail(name: Annotated[str, Path()]) -> Response[str]:
    raise FAILURES[name]


@router.put("/v1/files", operation_id="put_file", security=FEEDS, responses=documented({204: success("Kept")}))
def put_file() -> Response[str]:
    return answer(204)


API = Application(router)
GOOD = {"quantity": "100.50", "pair": "USD/MXN"}


def send(**event: Any) -> Answered:
    event = {"headers": {"Idempotency-Key": "k"}, "body": GOOD, **event}
    return ask(API, "POST", "/v1/orders/USD-MXN", **event)


def code_of(answered: Answered) -> str:
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json["status"] == answered.status
    return str(answered.json["type"]).removeprefix("urn:divisa:problem:")


def fields_of(answered: Answered) -> set[str]:
    return {each["field"] for each in answered.json["errors"]}


def test_a_good_request_is_answered_in_the_scalars_that_it_was_asked_in() -> None:
    answered = send(body={**GOOD, "limit": "17.032500", "at": "2024-01-05T14:15:00.5Z"})

    assert answered.status == 201
    assert answered.json == {
        "by": ALICE,
        "quantity": "100.50",
        "limit": "17.032500",
        "at": "2024-01-05T14:15:00.500000Z",
    }


def test_what_is_absent_is_left_out_and_never_null() -> None:
    assert send().json == {"by": ALICE, "quantity": "100.50"}


@pytest.mark.parametrize(
    "body",
    ["{", "", " ", "nul", '{"quantity": NaN}', '{"quantity": 1e999}', '{"pair": "\\ud800"}', "[" * 100_000],
    ids=["cut off", "empty", "blank", "no word", "NaN", "out of range", "half a surrogate", "deep"],
)
def test_what_is_not_json_is_malformed(body: str) -> None:
    answered = send(body=body)

    assert answered.status == (422 if body == "" else 413 if len(body) > 65_536 else 400)


@pytest.mark.parametrize("body", [b"\xff\xfe{}", b'{"pair": "\xc3"}', '{"pair": "\ufffd"}'])
def test_what_is_not_utf_8_is_malformed_also_when_the_gateway_has_replaced_it(body: Any) -> None:
    assert (send(body=body).status, code_of(send(body=body))) == (400, "malformed")


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "1", '[{"quantity": "1.00", "pair": "USD/MXN"}]'])
def test_a_body_that_is_no_object_is_invalid(body: str) -> None:
    answered = send(body=body)

    assert (answered.status, fields_of(answered)) == (422, {"body"})


@pytest.mark.parametrize(
    "quantity",
    [100.5, 100, None, True, [], {}, "", "NaN", "Infinity", "-1", "+1", "1e3", "1,000", " 1", "1.", ".5", "01", "1.555"]
    + ["0", "0.00", "٣", "1_000", "0x10", "9" * 10_000, "1" * 16],
)
def test_money_is_a_plain_decimal_in_text_or_it_is_no_money(quantity: Any) -> None:
    answered = send(body={**GOOD, "quantity": quantity})

    assert (answered.status, fields_of(answered)) == (422, {"body.quantity"})
    if isinstance(quantity, str) and len(quantity) > 3:
        assert quantity not in answered.text


@given(st.integers(1, 10**17 - 1))
def test_every_amount_in_cents_comes_back_as_it_was_sent(cents: int) -> None:
    text = f"{cents // 100}.{cents % 100:02}"

    assert send(body={**GOOD, "quantity": text}).json["quantity"] == text


@pytest.mark.parametrize(
    "at", ["2024-01-05", "2024-01-05T14:15:00", "2024-01-05T14:15:00+01:00", "2024-02-30T00:00:00Z", 1704464100, "now"]
)
def test_a_moment_is_utc_and_says_so(at: Any) -> None:
    assert fields_of(send(body={**GOOD, "at": at})) == {"body.at"}


def test_every_field_that_is_wrong_is_named_and_none_of_their_values() -> None:
    answered = send(body={"pair": SECRET, "limit": SECRET, SECRET[:4]: SECRET})

    assert answered.status == 422
    assert {"body.pair", "body.quantity", f"body.{SECRET[:4]}"} <= fields_of(answered)
    assert SECRET not in answered.text


def test_parameters_are_held_to_what_is_documented_and_unknown_ones_are_no_typing_errors_that_nobody_sees() -> None:
    assert fields_of(send(query={"limit": "0"})) == {"query.limit"}
    assert fields_of(send(query="limit=1&limit=2")) == {"query.limit"}
    assert fields_of(send(query={"limt": "5"})) == {"query.limt"}
    assert fields_of(send(headers={})) == {"header.idempotency-key"}
    assert fields_of(send(headers={"Idempotency-Key": "a,b"})) == {"header.idempotency-key"}


@pytest.mark.parametrize(("path", "status"), [("USD-XXX", 404), ("usd-mxn", 422), ("USD", 422), ("USD-USD", 404)])
def test_a_pair_that_there_is_not_is_not_found_and_what_is_no_pair_is_invalid(path: str, status: int) -> None:
    assert ask(API, "POST", f"/v1/orders/{path}", headers={"Idempotency-Key": "k"}, body=GOOD).status == status


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 201),
        ("Application/JSON; charset=utf-8", 201),
        ("application/json;charset=UTF-8", 201),
        ("application/json; charset=latin-1", 415),
        ("application/jsonp", 415),
        ("text/plain", 415),
        ("", 415),
    ],
)
def test_a_body_is_of_the_documented_media_type_or_refused(media_type: str, status: int) -> None:
    assert send(headers={"Idempotency-Key": "k", "Content-Type": media_type}).status == status


def test_a_body_over_the_limit_is_refused_before_it_is_read() -> None:
    answered = send(body="{" * 70_000)

    assert (answered.status, code_of(answered)) == (413, "too_large")


def test_unknown_paths_and_methods_are_problems_too() -> None:
    missing, wrong = ask(API, "GET", "/v2"), ask(API, "GET", "/v1/orders/USD-MXN")

    assert (missing.status, code_of(missing)) == (404, "not_found")
    assert (wrong.status, code_of(wrong), wrong.headers["allow"]) == (405, "method_not_allowed", "POST")


def test_nobody_without_the_right_token_gets_past_though_the_gateway_had_let_them() -> None:
    assert send(user=None).status == 401
    assert send(user=None).headers["www-authenticate"] == "Bearer"
    assert send(scope="divisa/feeds.write").status == 403
    assert ask(API, "PUT", "/v1/files").status == 403
    assert ask(API, "PUT", "/v1/files", scope="divisa/feeds.write").status == 204


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        ("refused", 409, "price_moved"),
        ("missing", 404, "not_found"),
        ("raced", 409, "busy"),
        ("down", 503, "unavailable"),
        ("broken", 500, "internal"),
        ("bug", 500, "internal"),
    ],
)
def test_errors_of_services_become_problems_and_tell_nothing_that_is_not_meant_to_be_told(
    failure: str, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    answered = ask(API, "GET", f"/v1/failures/{failure}", user=None)

    assert (answered.status, code_of(answered)) == (status, code)
    assert ("retry-after" in answered.headers) == (status == 503)
    logged = [vars(record) for record in caplog.records]
    assert SECRET not in answered.text + str(logged)
    assert any("test_app.py" in str(each.get("frames")) for each in logged) == (status == 500)


def test_every_answer_has_the_security_headers() -> None:
    for answered in (send(), send(body="{"), ask(API, "GET", "/v2"), ask(API, "GET", "/v1/failures/bug")):
        for name, value in SECURITY_HEADERS.items():
            assert answered.headers[name.lower()] == value


def test_a_request_is_logged_by_its_operation_without_who_asked_or_what(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    send(query={"limit": "7"})
    [line] = [vars(record) for record in caplog.records if record.getMessage() == "request"]

    assert (line["operation"], line["status"]) == ("order", 201)
    assert ALICE not in str(line)
    assert "USD" not in str(line)
