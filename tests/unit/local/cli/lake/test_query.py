"""`divisa lake query` and `divisa lake report`, before anything is asked of a cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from divisa.domain.errors import InvalidInput
from lake.queries.catalogue import named
from local.cli.lake import query, report

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

app = typer.Typer()
app.command("query")(query.query)
app.command("report")(report.report)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, list(arguments))


def test_who_names_no_query_reads_which_there_are_and_what_they_want_to_be_told() -> None:
    answer = run("query")
    assert answer.exit_code == 0
    assert all(name in answer.stdout for name in named())
    assert "What did a pair cost on each day (UTC)?" in answer.stdout
    assert "pair=USD/MXN" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["price_by_dya"], "there is no query price_by_dya"),
        (["price_by_day", "-p", "pair"], "`pair` has no value: write --param pair=value"),
        (["price_by_day", "-p", "pair=USD/MXN", "-p", "pair=USD/BRL"], "`pair` is told twice"),
        (["price_by_day", "--format", "parquet"], "Parquet is no text: say into which file by --out"),
        (["price_by_day", "--out", "a.csv"], "a table is for the terminal: say --format csv or parquet"),
        (["price_by_day", "-p", "pair=USD/MXN"], "`since` is missing"),
    ],
)
def test_what_cannot_be_asked_is_said_without_a_cloud(arguments: list[str], problem: str) -> None:
    answer = run("query", *arguments)
    assert isinstance(answer.exception, InvalidInput)
    assert problem in str(answer.exception)


def test_a_page_is_in_a_language_that_there_is(tmp_path: Path) -> None:
    answer = run("report", "--language", "fr", "--out", str(tmp_path / "lake.html"))
    assert answer.exit_code == 2
    assert not list(tmp_path.iterdir())
