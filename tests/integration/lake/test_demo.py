"""Every feed through the doors of a whole laptop cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lake.contract.reading import contracts
from local.lake.carrying import AGAIN, BAD, DOORS
from local.lake.demo import run, summed
from local.lake.feeds import LATE, ROWS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration
FEEDS = ("energy_transactions", "fx_suggestions", "fx_transactions", "hr_jobs")
"""Over the API and by its form, by a table, by a stream, pulled. Of the doors only the decision log is left out."""


def test_what_comes_through_the_doors_begins_runs_whose_jobs_account_for_every_row(tmp_path: Path) -> None:
    lines: list[str] = []

    found = run(lines.append, home=tmp_path / "cloud", to=tmp_path / "report.json", datasets=FEEDS)

    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["datasets"]
    assert {name: each.pop("doors") for name, each in written.items()} == {
        "energy_transactions": ["api", "drop", "form"],
        "fx_suggestions": ["drop", "table"],
        "fx_transactions": ["drop", "stream"],
        "hr_jobs": ["drop", "pull"],
        "unknown": ["drop"],
    }
    assert written == {each.dataset: each.as_json() for each in found}
    windowed = sum(contracts()[each].merge_window is not None for each in FEEDS)
    carried = sum(each in DOORS for each in FEEDS)
    sums = summed(found)
    assert sums | {"files": 0, "rows_in": 0} == {
        "files": 0,
        "rows_in": 0,
        "silver": ROWS * len(FEEDS) + LATE[0] * windowed,
        "duplicates": 50 * len(FEEDS) + AGAIN * carried,
        "late": LATE[1] * windowed,
        "quarantine": 6 * len(FEEDS) + BAD * carried + 1,
        "unaccounted": 0,
    }
    assert all(each.silver for each in found if each.dataset in FEEDS)
    [loaded] = [line for line in lines if line.startswith("relational: ")]
    assert not loaded.startswith("relational: 0 rows")
    assert f"Athena tells what became of the rows of {len(FEEDS) + 1} datasets" in lines
    assert "<svg" in (tmp_path / "report.html").read_text(encoding="utf-8")
