from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.adapters.wire import (
    suggestion_from_image,
    suggestion_from_json,
    suggestion_to_fields,
    suggestion_to_json,
)
from divisa.domain.errors import InvalidInput
from tests.builders import a_suggestion
from tests.unit.adapters.strategies import suggestions

if TYPE_CHECKING:
    from divisa.domain.suggestion import Suggestion


def typed(value: Any) -> dict[str, Any]:
    """A value as DynamoDB's attribute values spell it."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, list):
        return {"L": [typed(each) for each in value]}
    if isinstance(value, dict):
        return {"M": {name: typed(each) for name, each in value.items()}}
    return {"N": repr(value)}


@given(suggestions())
def test_a_suggestion_comes_back_from_its_message(suggestion: Suggestion) -> None:
    assert suggestion_from_json(suggestion_to_json(suggestion)) == suggestion
    assert suggestion_from_json(suggestion_to_json(suggestion).decode()) == suggestion


@given(suggestions())
def test_a_suggestion_comes_back_from_its_item(suggestion: Suggestion) -> None:
    image = {name: typed(value) for name, value in suggestion_to_fields(suggestion).items()}
    assert suggestion_from_image(image | {"ttl": {"N": "1"}, "status": {"S": "pending"}}) == suggestion


@given(suggestions())
def test_money_travels_in_minor_units(suggestion: Suggestion) -> None:
    fields = suggestion_to_fields(suggestion)
    assert isinstance(fields["amount_minor"], int)
    assert isinstance(fields["price"], str)


@pytest.mark.parametrize("payload", [b"", b"{}", b"[]", b"\xff", "nonsense", b"[" * 5000])
def test_a_message_that_is_no_suggestion_is_refused(payload: bytes | str) -> None:
    with pytest.raises(InvalidInput, match="not a suggestion"):
        suggestion_from_json(payload)


@given(suggestions(), st.data())
def test_an_item_that_lacks_a_field_is_refused(suggestion: Suggestion, data: st.DataObject) -> None:
    image = {name: typed(value) for name, value in suggestion_to_fields(suggestion).items()}
    del image[data.draw(st.sampled_from(sorted(set(image) - {"intended", "suppressed", "held_until"})))]
    with pytest.raises(InvalidInput, match="not a suggestion"):
        suggestion_from_image(image)


def test_an_item_of_an_unknown_pair_or_shape_is_refused() -> None:
    images: list[dict[str, Any]] = [{"user_id": {}}, {"user_id": {"S": "a", "N": "1"}}, {"reasons": {"L": "x"}}]
    for image in images:
        with pytest.raises(InvalidInput, match="not a suggestion"):
            suggestion_from_image(image)


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount_minor", 10**30), ("amount_minor", -1), ("expires_at", "2024-01-10T15:30:00")],
)
def test_an_amount_or_a_time_that_would_fail_while_sending_is_refused_before(field: str, value: Any) -> None:
    message = json.loads(suggestion_to_json(a_suggestion())) | {field: value}
    with pytest.raises(InvalidInput, match="is not a suggestion"):
        suggestion_from_json(json.dumps(message))
