from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.lake import checked, typed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_bad_rows_are_refused_and_the_others_typed(tmp_path: Path) -> None:
    line = checked(tmp_path, rows=6_000, turns=1)

    assert (line["typed"], line["refused"]) == (5_940, 60)
    assert line["seconds"] > 0.0


@pytest.mark.slow
def test_a_file_is_typed_by_us_and_by_duckdb_and_nothing_is_lost(tmp_path: Path) -> None:
    line = typed(tmp_path, size=300_000, turns=1)

    assert line["rows"] == line["typed"] == line["duckdb_copy"]["typed"]
    assert line["unaccounted"] == 0
    assert line["times_duckdb"] > 0.0
