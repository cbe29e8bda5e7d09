from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from divisa.adapters.wire.outcome import outcome_from_image, outcome_from_json, outcome_to_json
from divisa.domain.errors import InvalidInput
from divisa.domain.outcome import Horizon, LaterPrice
from tests.builders import an_outcome


def test_an_outcome_comes_back_as_it_was() -> None:
    price = LaterPrice(Decimal("17.123456789012345678"), Decimal("17.0"), Decimal("17.20"), Decimal("-0.01"))
    outcome = an_outcome(prices=dict.fromkeys(Horizon, price))
    assert outcome_from_json(outcome_to_json(outcome)) == outcome


def test_the_same_outcome_is_the_same_text_whatever_was_known_first() -> None:
    price = LaterPrice(*[Decimal(1)] * 4)
    texts = {outcome_to_json(an_outcome(prices=dict.fromkeys(order, price))) for order in (Horizon, reversed(Horizon))}
    assert len(texts) == 1


@pytest.mark.parametrize(
    "change", [("USD/MXN", "dollars"), ('"SELL"', '"HOLD"'), ("2024-01-10", "yesterday"), ("{", "[")]
)
def test_what_is_no_outcome_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput, match="not an outcome"):
        outcome_from_json(outcome_to_json(an_outcome()).decode().replace(*change))


def test_an_item_of_the_table_holds_an_outcome_as_its_document() -> None:
    document = outcome_to_json(an_outcome()).decode()
    assert outcome_from_image({"user_id": {"S": "ana"}, "document": {"S": document}}) == an_outcome()


@pytest.mark.parametrize("image", [{}, {"document": {"N": "1"}}, {"document": {"S": "{}"}}, {"document": None}])
def test_an_item_that_holds_none_is_refused(image: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="is not an outcome"):
        outcome_from_image(image)
