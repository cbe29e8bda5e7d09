from __future__ import annotations

from datetime import timedelta

import pytest

from lake.contract.page import PAGE, lasting, page
from lake.contract.reading import contracts


def test_the_page_is_what_the_contracts_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(contracts().values()), "run python -m lake.contract.page"


def test_every_column_and_check_of_every_contract_is_on_it() -> None:
    text = page(contracts().values())

    for contract in contracts().values():
        section = text.split(f"## {contract.dataset}\n")[1].split("\n## ")[0]
        assert all(f"| {name} | {column.type} |" in section for name, column in contract.columns.items())
        assert all(check.reason in section for check in contract.checks)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=400), "400 days"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(seconds=5), "5 seconds"),
    ],
)
def test_time_spans_are_said_in_the_largest_unit_that_fits(span: timedelta, words: str) -> None:
    assert lasting(span) == words
