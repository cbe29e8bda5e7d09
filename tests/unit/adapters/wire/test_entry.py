from __future__ import annotations

import json
import struct
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.adapters.wire import entry_from_image, entry_from_json, entry_to_fields, entry_to_json
from divisa.domain.errors import InvalidInput
from tests.builders import an_entry
from tests.unit.adapters.strategies import entries

if TYPE_CHECKING:
    from divisa.domain.ledger import LedgerEntry


def image_of(entry: LedgerEntry) -> dict[str, dict[str, Any]]:
    """An entry's attributes as DynamoDB spells them, and one that is no field of it."""
    fields = entry_to_fields(entry) | {"owner": "person"}
    return {name: {"S": each} if isinstance(each, str) else {"N": str(each)} for name, each in fields.items()}


def bits(entry: LedgerEntry) -> bytes:
    """The bits of the market's floats, which equality would take −0.0 and 0.0 for the same."""
    return b"".join(struct.pack(">d", value) for value in astuple(entry.market))


@given(entries())
def test_an_entry_comes_back_from_its_message_to_the_last_bit(entry: LedgerEntry) -> None:
    for message in (entry_to_json(entry), entry_to_json(entry).decode()):
        found = entry_from_json(message)
        assert found == entry
        assert bits(found) == bits(entry)


@given(entries())
def test_an_entry_comes_back_from_its_item_to_the_last_bit(entry: LedgerEntry) -> None:
    found = entry_from_image(image_of(entry))
    assert found == entry
    assert bits(found) == bits(entry)


def test_money_travels_in_minor_units_and_prices_as_text() -> None:
    message = json.loads(entry_to_json(an_entry(quantity="100.50", price="17.00")))
    assert (message["quantity_minor"], message["amount_minor"], message["price"]) == (10_050, 170_850, "17.00")


@pytest.mark.parametrize("payload", [b"", b"{}", b"[]", b"\xff", "nonsense", b"[" * 5000])
def test_a_message_that_is_no_entry_is_refused(payload: bytes | str) -> None:
    with pytest.raises(InvalidInput, match="not a ledger entry"):
        entry_from_json(payload)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", 17.05),
        ("price", "1e3"),
        ("price", "-17.05"),
        ("price", "NaN"),
        ("quantity_minor", -1),
        ("quantity_minor", "100"),
        ("sequence", 0),
        ("side", "HOLD"),
        ("pair", "USD-MXN"),
        ("executed_at", "2024-01-10T15:00:00"),
        ("market", {"as_of": 1.0}),
        ("user_id", ""),
    ],
)
def test_a_message_with_a_field_of_another_kind_is_refused(field: str, value: Any) -> None:
    message = json.loads(entry_to_json(an_entry())) | {field: value}
    with pytest.raises(InvalidInput, match="not a ledger entry"):
        entry_from_json(json.dumps(message))


@given(entries(), st.data())
def test_an_item_that_lacks_a_field_is_refused(entry: LedgerEntry, data: st.DataObject) -> None:
    image = image_of(entry)
    del image[data.draw(st.sampled_from(sorted(set(image) - {"realised_pnl_minor", "owner"})))]
    with pytest.raises(InvalidInput, match="not a ledger entry"):
        entry_from_image(image)


def test_an_item_of_another_shape_is_refused() -> None:
    images: list[dict[str, Any]] = [{}, {"user_id": {}}, {"user_id": {"S": "a", "N": "1"}}, {"market": {"S": "x"}}]
    for image in images:
        with pytest.raises(InvalidInput, match="not a ledger entry"):
            entry_from_image(image)
