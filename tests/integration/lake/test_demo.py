"""Every feed through the doors of a whole laptop cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lake.contract.reading import contracts
from local.lake.demo import run, summed
from local.lake.feeds import ROWS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration
FEEDS = ("energy_transactions", "fx_transactions", "hr_jobs", "shop_orders")
"""Over the API, dropped, without a header, by the API's form."""


def test_files_that_land_begin_runs_whose_jobs_account_for_every_row(tmp_path: Path) -> None:
    lines: list[str] = []

    found = run(lines.append, home=tmp_path / "cloud", to=tmp_path / "report.json", datasets=FEEDS)

    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["datasets"]
    assert written == {each.dataset: each.as_json() for each in found}
    windowed = sum(contracts()[each].merge_window is not None for each in FEEDS)
    assert summed(found) == {
        "files": 5 * len(FEEDS) + windowed + 1,
        "rows_in": summed(found)["rows_in"],
        "silver": ROWS * len(FEEDS) + 20 * windowed,
        "duplicates": 50 * len(FEEDS),
        "late": 10 * windowed,
        "quarantine": 6 * len(FEEDS) + 1,
        "unaccounted": 0,
    }
