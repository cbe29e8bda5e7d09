from __future__ import annotations

import json
from typing import Any

import pytest

from local.mappings.patterns import InvalidPattern, compile_pattern

OUTBOX = '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"status":{"S":["pending"]}}}}'


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    return compile_pattern(json.dumps(pattern))(event)


def an_insert(status: str) -> dict[str, Any]:
    return {"eventName": "INSERT", "dynamodb": {"NewImage": {"status": {"S": status}}}}


def test_the_outbox_sees_pending_inserts_and_nothing_else() -> None:
    wants = compile_pattern(OUTBOX)

    assert wants(an_insert("pending"))
    assert not wants(an_insert("sent"))
    assert not wants({**an_insert("pending"), "eventName": "MODIFY"})
    assert not wants({"eventName": "REMOVE", "dynamodb": {"Keys": {}}})


@pytest.mark.parametrize(
    ("rule", "passing", "failing"),
    [
        (["a", "b"], ["a", "b", ["x", "b"]], ["c", None, 1, {"a": "a"}]),
        ([None], [None], ["", 0, "null"]),
        ([""], [""], [None, " "]),
        ([1], [1, 1.0], [True, "1", 2]),
        ([True], [True], [1, "true"]),
        ([{"prefix": "US"}], ["USD", "US"], ["AUS", 5, None]),
        ([{"suffix": "MXN"}], ["USD/MXN"], ["MXN/USD"]),
        ([{"prefix": {"equals-ignore-case": "us"}}], ["USD", "usd"], ["EUR"]),
        ([{"equals-ignore-case": "buy"}], ["BUY", "Buy"], ["BUYS", 1]),
        ([{"exists": True}], ["x", None, 0, []], [{"nested": 1}]),
        ([{"anything-but": ["a", "b"]}], ["c", None, 7], ["a", "b"]),
        ([{"anything-but": 3}], [4, "3"], [3]),
        ([{"anything-but": {"prefix": "US"}}], ["EUR", 1], ["USD"]),
        ([{"numeric": ["=", 5]}], [5, 5.0], ["5", True, 6]),
        ([{"numeric": [">", 0, "<=", 10]}], [1, 10, 0.5], [0, 11, None]),
        (["a", {"numeric": ["<", 0]}], ["a", -1], ["b", 1]),
    ],
)
def test_each_operator_passes_what_aws_documents(rule: list[Any], passing: list[Any], failing: list[Any]) -> None:
    assert [value for value in passing if not matches({"field": rule}, {"field": value})] == []
    assert [value for value in failing if matches({"field": rule}, {"field": value})] == []


def test_only_exists_false_passes_a_missing_field() -> None:
    assert matches({"a": {"b": [{"exists": False}]}}, {})
    assert matches({"a": {"b": [{"exists": False}]}}, {"a": {"c": 1}})
    assert not matches({"a": {"b": [{"exists": False}]}}, {"a": {"b": 1}})
    for rule in (["x"], [None], [{"anything-but": "x"}], [{"exists": True}]):
        assert not matches({"a": rule}, {})


def test_or_joins_fields_that_are_otherwise_joined_by_and() -> None:
    pattern = {"pair": ["USD/MXN"], "$or": [{"side": ["BUY"]}, {"price": [{"numeric": ["<", 17]}]}]}

    assert matches(pattern, {"pair": "USD/MXN", "side": "BUY", "price": 18})
    assert matches(pattern, {"pair": "USD/MXN", "side": "SELL", "price": 16})
    assert not matches(pattern, {"pair": "USD/MXN", "side": "SELL", "price": 18})
    assert not matches(pattern, {"pair": "USD/BRL", "side": "BUY", "price": 16})


def test_a_list_of_objects_passes_when_one_of_them_does() -> None:
    pattern = {"items": {"kind": ["tick"]}}

    assert matches(pattern, {"items": [{"kind": "other"}, {"kind": "tick"}]})
    assert not matches(pattern, {"items": [{"kind": "other"}]})
    assert not matches(pattern, {"items": "tick"})


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"a": "b"}',
        '{"a": []}',
        '{"a": [{"prefix": 1}]}',
        '{"a": [{"like": "x"}]}',
        '{"a": [{"exists": "yes"}]}',
        '{"a": [{"prefix": "x", "suffix": "y"}]}',
        '{"a": [{"numeric": ["~", 1]}]}',
        '{"a": [{"numeric": [">"]}]}',
        '{"a": [{"anything-but": []}]}',
        '{"a": [{"anything-but": {"prefix": "a", "suffix": "b"}}]}',
        '{"$or": [{"a": ["b"]}]}',
    ],
)
def test_a_pattern_that_aws_refuses_is_refused(text: str) -> None:
    with pytest.raises(InvalidPattern):
        compile_pattern(text)
