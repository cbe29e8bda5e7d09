"""Contracts made for one test, and what becomes of texts in a column of theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from lake.contract.contract import Contract
from lake.ingestion.checking import Checker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lake.ingestion.checking import Checked

RECEIVED: Final = datetime(2024, 2, 1, 12, tzinfo=UTC)


def contract_of(columns: dict[str, dict[str, Any]], *checks: tuple[str, str]) -> Contract:
    """A contract of some columns, and checks by their reason, which is their words as well."""
    told = {name: {"type": "string", "about": "it", "example": "x", **column} for name, column in columns.items()}
    told["row"] = {"type": "string", "about": "which row", "optional": False, "example": "1"}
    rows = [{"reason": reason, "must": must, "says": reason} for reason, must in checks]
    return Contract.model_validate(
        {"dataset": "made", "about": "a row", "owner": "us", "columns": told, "checks": rows, "key": ["row"]}
        | {"freshness": "1 day"}
    )


@cache
def checker_of(kind: str) -> Checker:
    return Checker(contract_of({"it": {"type": kind, "nullable": True}}), ("it", "row"), received_at=RECEIVED)


def read(kind: str, texts: Sequence[str]) -> tuple[dict[int, Any], dict[int, str]]:
    """Values and reasons of texts by their index, where nothing else is asked of them than to be of a type."""
    checked = checker_of(kind).check(pa.table({"it": pa.array(texts, pa.string()), "row": ["1"] * len(texts)}))
    values = dict(zip(checked.kept.tolist(), checked.rows["it"].to_pylist(), strict=True))
    return values, {row.index: "+".join(problem.reason for problem in row.problems) for row in checked.refused}


def reasons(checked: Checked) -> list[list[tuple[str, str | None]]]:
    """What is wrong with each row that is refused, and in which column."""
    return [[(problem.reason, problem.column) for problem in row.problems] for row in checked.refused]
