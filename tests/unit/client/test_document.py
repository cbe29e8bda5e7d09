"""The client and the API's document say the same: every operation, every field, both ways."""

from __future__ import annotations

import inspect
import json
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest

from client import Client, PriceProvider
from client.errors import Problem
from client.operations import OPERATIONS

FILE = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"
JSON, PROBLEM, CSV = "application/json", "application/problem+json", "text/csv"


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def documented() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation, by id."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_of_the_document_is_a_method_of_the_client_and_the_other_way_round() -> None:
    methods = {
        name
        for kind in (Client, PriceProvider)
        for name, _ in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }
    assert set(OPERATIONS) == set(documented())
    assert set(OPERATIONS) == methods - {"close", "every_transaction", "export_transactions"}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_is_called_as_it_is_documented(name: str) -> None:
    ours = OPERATIONS[name]
    method, path, operation = documented()[name]
    parameters = [resolved(each) for each in operation.get("parameters", [])]
    assert (ours.method, ours.path) == (method, path)
    assert set(ours.query) == {each["name"] for each in parameters if each["in"] == "query"}
    credentials = {
        document()["components"]["securitySchemes"][scheme].get("name")
        for requirement in operation.get("security", [])
        for scheme in requirement
    } - {None}
    wanted = {each["name"].lower() for each in parameters if each["in"] == "header"} | {
        each.lower() for each in credentials
    }
    assert {each.lower() for each in ours.headers} - {"accept"} == wanted - {"accept"}
    needs_token = any({"user", "feeds"} & set(requirement) for requirement in operation.get("security", []))
    assert ours.signed_in == needs_token


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_what_goes_in_and_out_has_the_documented_fields(name: str) -> None:
    ours, operation = OPERATIONS[name], documented()[name][2]
    body: Any = operation.get("requestBody")
    assert (ours.body is None) == (body is None)
    if ours.body is not None and ours.body is not bytes:
        same(ours.body, body["content"][JSON]["schema"], "request", sends=True)
    successes = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
    assert successes
    for status in (*successes, *map(str, ours.answers_too)):
        content = operation["responses"][status].get("content", {})
        if ours.answer is type(None):
            assert content == {}
        elif ours.answer is not bytes and get_origin(ours.answer) is not dict:
            same(ours.answer, content[JSON]["schema"], f"answer {status}")
    for status, answer in operation["responses"].items():
        if not status.startswith("2") and PROBLEM in answer.get("content", {}):
            same(Problem, answer["content"][PROBLEM]["schema"], f"problem {status}")


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        place: Any = document()
        for part in schema["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        schema = place
    return schema


def same(ours: Any, schema: dict[str, Any], where: str, *, sends: bool = False) -> None:
    """Hold a type of the client against a schema, field by field and down to the leaves."""
    schema = resolved(schema)
    if isinstance(ours, type) and issubclass(ours, msgspec.Struct):
        fields = {field.encode_name: field for field in msgspec.structs.fields(ours)}
        properties = schema.get("properties", {})
        assert set(fields) == set(properties), where
        required = set(schema.get("required", []))
        for name, field in fields.items():
            if sends:
                assert field.required or name not in required, f"{where}.{name} may be left out and must not"
            else:
                assert not field.required or name in required, f"{where}.{name} is relied on and may be missing"
            same(field.type, properties[name], f"{where}.{name}", sends=sends)
        return
    if get_origin(ours) is Literal:
        assert set(get_args(ours)) == set(schema.get("enum", [schema.get("const")])), where
        return
    options = [each for each in get_args(ours) if each is not type(None)]
    origin = get_origin(ours)
    if origin is tuple:
        assert schema.get("type") == "array", where
        same(options[0], schema["items"], f"{where}[]", sends=sends)
    elif type(None) in get_args(ours):
        [one] = options
        same(one, schema, where, sends=sends)
