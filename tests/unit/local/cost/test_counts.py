"""What the benchmarks counted, read from their results."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from divisa.domain.errors import InvalidFile
from local.cost.counts import read_counts

if TYPE_CHECKING:
    from pathlib import Path

SMALL = {
    "users": 1000,
    "ticks": 86_400,
    "broken_watches": 9,
    "asked": {"opening": 1000, "refreshes": 3000, "broken": 99},
    "suggestions": 9,
}
LARGE = {
    "users": 10_000,
    "ticks": 86_400,
    "broken_watches": 8640,
    "asked": {"opening": 10_000, "refreshes": 45_000, "broken": 25_920},
    "suggestions": 864,
}
ENDPOINT = {"bench": "endpoint", "rows_per_s_at_1000": 50_000, "ms_at_1": 2.0}


def results(folder: Path, ticks: Any, core: Any) -> tuple[Path, Path]:
    files = folder / "ticks.json", folder / "core.json"
    for file, content in zip(files, (ticks, core), strict=True):
        document = {"ticks_from": "a Tuesday", "refreshes": 3, "results": content}
        file.write_text(content if isinstance(content, str) else json.dumps(document), encoding="utf-8")
    return files


def test_the_largest_population_counts(tmp_path: Path) -> None:
    counts = read_counts(*results(tmp_path, [LARGE, SMALL], [{"bench": "consumer"}, ENDPOINT]))

    assert (counts.users, counts.day) == (10_000, "a Tuesday")
    assert counts.broken_per_second == pytest.approx(8640 / 10_000 / 86_400)
    assert counts.suggestions_per_second == pytest.approx(864 / 10_000 / 86_400)
    assert (counts.rows_per_broken, counts.rows_per_refresh) == (3.0, 1.5)
    assert (counts.rows_per_second, counts.call_seconds) == (50_000, 0.002)


@pytest.mark.parametrize(
    ("ticks", "core", "complaint"),
    [
        ([], [ENDPOINT], "ticks.json has no day of watches .*; `make bench-ticks` makes it anew"),
        ([{"users": 1, "ticks": 2}], [ENDPOINT], r"ticks.json has no day of watches \('broken_watches'\)"),
        ([LARGE | {"ticks": 0}], [ENDPOINT], "ticks.json has no day of watches"),
        ("no json", [ENDPOINT], "ticks.json is not JSON; `make bench-ticks` makes it anew"),
        ([LARGE], [], "core.json has no endpoint .*; `make bench` makes it anew"),
        ([LARGE], [{"bench": "endpoint"}], r"core.json has no endpoint \('rows_per_s_at_1000'\)"),
    ],
)
def test_what_is_missing_is_said_with_the_command_that_makes_it(
    tmp_path: Path, ticks: Any, core: Any, complaint: str
) -> None:
    with pytest.raises(InvalidFile, match=complaint):
        read_counts(*results(tmp_path, ticks, core))


def test_a_missing_file_is_said_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="there is no ticks.json; `make bench-ticks` makes it"):
        read_counts(tmp_path / "ticks.json", tmp_path / "core.json")
