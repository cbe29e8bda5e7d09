from __future__ import annotations

import io

from rich.console import Console

from local.notebooks.style import colours, picture, table


def words(rows: list[dict[str, object]]) -> list[list[str]]:
    """The words of each line of a table."""
    out = io.StringIO()
    Console(file=out, width=60).print(table(rows))
    return [line.split() for line in out.getvalue().splitlines()]


def test_a_plot_of_the_page_has_the_pages_colours_by_day() -> None:
    drawn = picture('<svg xmlns="http://www.w3.org/2000/svg"><path style="stroke: var(--buy)"/></svg>').data
    assert "var(" not in drawn
    assert colours()["buy"] in drawn


def test_a_plot_that_there_is_not_is_nothing() -> None:
    assert picture(None) is None


def test_rows_become_a_table_whose_columns_are_the_first_rows_keys() -> None:
    rows: list[dict[str, object]] = [
        {"gate": "drift", "measured": 0.123456, "rows": 1000},
        {"gate": "[x]", "measured": None, "rows": 7},
    ]
    assert words(rows) == [["gate", "measured", "rows"], ["drift", "0.1235", "1,000"], ["[x]", "7"]]


def test_no_rows_are_an_empty_table() -> None:
    assert table([]).row_count == 0
