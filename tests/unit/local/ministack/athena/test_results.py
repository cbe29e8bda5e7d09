from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from local.ministack.athena.results import Result, lines, text


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, None),
        ("", ""),
        (True, "true"),
        (7, "7"),
        (1.5, "1.5"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        (Decimal("1.50"), "1.50"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime.fromisoformat("2026-01-05 10:00:00"), "2026-01-05 10:00:00.000"),
        (datetime.fromisoformat("2026-01-05 10:00:00.000001"), "2026-01-05 10:00:00.000001"),
        (datetime(2026, 1, 5, 10, tzinfo=UTC), "2026-01-05 10:00:00.000 UTC"),
        (b"ab", "61 62"),
        ([1, None, "x"], "[1, null, x]"),
        ([], "[]"),
        ({"a": 1, "b": [True]}, "{a=1, b=[true]}"),
        ([("k", 1)], "{k=1}"),
    ],
)
def test_a_value_is_spelt_as_athena_spells_it(value: Any, wanted: str | None) -> None:
    assert text(value) == wanted


def test_the_file_quotes_every_value_and_leaves_out_what_is_none() -> None:
    result = Result(("a", "b"), ("varchar", "bigint"), (('say "x", y', None), ("", "1")))

    assert result.csv() == '"a","b"\n"say ""x"", y",\n"","1"\n'


def test_lines_are_a_column_of_text() -> None:
    assert lines("tab_name", ["a", "b"]) == Result(("tab_name",), ("varchar",), (("a",), ("b",)))
