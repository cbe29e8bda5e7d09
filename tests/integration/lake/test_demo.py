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


def test_files_that_land_begin_runs_whose_jobs_account_for_every_row(tmp_path: Path) -> None:
    lines: list[str] = []

    found = run(lines.append, home=tmp_path / "cloud", to=tmp_path / "report.json")

    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["datasets"]
    assert written == {each.dataset: each.as_json() for each in found}
    windowed = sum(each.merge_window is not None for each in contracts().values())
    assert summed(found) == {
        "files": 5 * len(contracts()) + windowed + 1,
        "rows_in": summed(found)["rows_in"],
        "silver": ROWS * len(contracts()) + 20 * windowed,
        "duplicates": 50 * len(contracts()),
        "late": 10 * windowed,
        "quarantine": 6 * len(contracts()) + 1,
        "unaccounted": 0,
    }
