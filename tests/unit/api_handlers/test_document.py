from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from api_handlers import api, prices
from api_handlers.document import FILE, whole_document
from api_handlers.security import USER_SCHEME
from tests.unit.api_handlers.requests import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools.event_handler.api_gateway import Route

DOCUMENT: dict[str, Any] = json.loads(whole_document())
ROUTES = [*api.application.routes, *prices.application.routes]
MEANT_FOR_EVERYBODY = {"get_health", "get_openapi", "ask_to_unsubscribe", "unsubscribe"}


def name_of(route: Route) -> str:
    return route.operation_id


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    return ((method, path, each) for path, item in DOCUMENT["paths"].items() for method, each in item.items())


def test_the_committed_document_is_the_one_that_the_code_makes() -> None:
    """`python -m api_handlers.document` writes it anew."""
    assert FILE.read_text(encoding="utf-8") == whole_document()


def test_the_api_serves_the_document() -> None:
    answered = ask(api.application, "GET", "/openapi.json", user=None)

    assert (answered.status, answered.text) == (200, whole_document())


def test_it_is_openapi_3_1_and_names_each_operation_once() -> None:
    names = [each["operationId"] for _, _, each in operations()]

    assert DOCUMENT["openapi"] == "3.1.0"
    assert len(set(names)) == len(names) == len(ROUTES)


def test_every_reference_leads_to_a_schema_and_every_schema_is_used() -> None:
    text = json.dumps(DOCUMENT)
    schemas = set(DOCUMENT["components"]["schemas"])
    used = {name for name in schemas if f'"#/components/schemas/{name}"' in text}

    assert used == schemas
    assert text.count("#/components/schemas/") == sum(text.count(f'"#/components/schemas/{name}"') for name in schemas)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_an_operation_says_what_it_does_who_may_and_everything_that_can_come_back(route: Route) -> None:
    assert route.summary
    assert len(route.tags) == 1
    assert route.responses is not None
    statuses = set(route.responses)
    assert any(200 <= status < 300 for status in statuses)
    assert {400, 405, 429, 500, 503} <= statuses
    if route.dependant.body_params:
        assert {413, 415, 422} <= statuses
    if route.dependant.query_params or route.dependant.header_params:
        assert 422 in statuses
    assert (not route.security) == (route.operation_id in MEANT_FOR_EVERYBODY)
    assert ({401, 403} <= statuses) or route.operation_id in MEANT_FOR_EVERYBODY | {"post_prices"}


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.security and USER_SCHEME in each.security[0]], ids=name_of
)
def test_no_operation_of_a_user_takes_a_user_from_path_query_header_or_body(route: Route) -> None:
    dependant = route.dependant
    params = [*dependant.path_params, *dependant.query_params, *dependant.header_params, *dependant.body_params]
    names = {param.alias for param in params}
    body = route.body_field
    names |= set(getattr(body.field_info.annotation, "model_fields", {})) if body else set()

    assert not {name for name in names if "user" in name or name == "sub"}


def test_money_and_prices_are_text_wherever_they_are_named() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, says in schema.get("properties", {}).items():
            if field in {"quantity", "amount", "price", "bid", "ask", "value", "realised_pnl", "unrealised_pnl"}:
                assert says.get("type") != "number", f"{name}.{field}"
