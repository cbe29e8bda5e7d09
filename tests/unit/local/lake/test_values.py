"""What is made of a row of a contract is, once it has travelled, that row again."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.wire import entry_to_json, quote_to_json, suggestion_to_json
from divisa.adapters.wire.decision import decision_to_json
from divisa.adapters.wire.outcome import outcome_to_json
from lake.contract.examples import rows
from lake.contract.reading import contracts
from lake.ingestion.wire.decisions import decision_columns
from lake.ingestion.wire.outcomes import outcome_columns
from lake.ingestion.wire.quotes import quote_columns
from lake.ingestion.wire.suggestions import suggestion_columns
from lake.ingestion.wire.transactions import transaction_columns
from local.lake.values import decision_of, entry_of, outcome_of, quote_of, suggestion_of

if TYPE_CHECKING:
    from collections.abc import Callable

UNTOLD = {"arrived_at", "suppressed"}
"""What no stream carries, and what is not made."""


def alike(text: str | None) -> Any:
    """A text as what it stands for, so that two spellings of it are the same."""
    for read in (Decimal, lambda each: datetime.fromisoformat(each).astimezone(UTC)):
        try:
            return read(text or "")
        except (ArithmeticError, ValueError):
            continue
    return text or None


@pytest.mark.parametrize(
    ("dataset", "line_of", "columns"),
    [
        ("fx_prices", lambda row: quote_to_json(quote_of(row)), quote_columns),
        ("fx_transactions", lambda row: entry_to_json(entry_of(row)), transaction_columns),
        ("fx_suggestions", lambda row: suggestion_to_json(suggestion_of(row)), suggestion_columns),
        ("fx_outcomes", lambda row: outcome_to_json(outcome_of(row)), outcome_columns),
        ("fx_decisions", lambda row: decision_to_json(decision_of(row)), decision_columns),
    ],
)
def test_a_value_is_read_as_the_row_that_it_was_made_of(
    dataset: str, line_of: Callable[[dict[str, str]], bytes], columns: Callable[[bytes], dict[str, str | None]]
) -> None:
    contract = contracts()[dataset]
    for texts in rows(contract, 40):
        row = dict(zip(contract.columns, texts, strict=True))
        read = columns(line_of(row))
        assert {name: alike(read.get(name)) for name in row if name not in UNTOLD} == {
            name: alike(text) for name, text in row.items() if name not in UNTOLD
        }
