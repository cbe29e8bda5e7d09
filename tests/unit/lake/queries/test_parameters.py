"""What a query is told: of its type, nothing missing, nothing else, and never inside of the SQL."""

from __future__ import annotations

import pytest

from divisa.domain.errors import InvalidInput, InvalidSetting
from lake.queries.catalogue import Databases, named, query_named
from tests.unit.lake.queries.on_duckdb import DATABASES

FILES = named()["files_of_dataset"]
AREA = named()["visits_in_area"]
HERE = {parameter.name: parameter.example for parameter in AREA.parameters}


def test_a_value_reaches_athena_beside_the_sql_and_not_in_it() -> None:
    wicked = "x' OR '1'='1"
    statement = FILES.statement(DATABASES, {"dataset": wicked, "since": "2024-01-01"})
    assert statement.parameters == ("'x'' OR ''1''=''1'", "'2024-01-01'")
    assert wicked not in statement.sql
    assert 'FROM "lake_control".accounts' in statement.sql


def test_a_value_is_told_as_often_as_a_query_uses_it() -> None:
    statement = AREA.statement(DATABASES, {**HERE, "day": "2024-01-05"})
    assert statement.sql.count("?") == len(statement.parameters) == 5


@pytest.mark.parametrize(
    ("name", "text"),
    [("south", "4,6"), ("south", "NaN"), ("south", "1e9"), ("south", ""), ("day", "2024-02-30"), ("day", "20240105")],
)
def test_a_value_of_another_type_is_refused_and_not_repeated(name: str, text: str) -> None:
    with pytest.raises(InvalidInput, match=f"^`{name}` is no (decimal|date): write for example {name}="):
        AREA.statement(DATABASES, {**HERE, name: text})


@pytest.mark.parametrize("text", ["", "a\nb", "a\0b", "x" * 201])
def test_a_string_is_a_line_of_some_length(text: str) -> None:
    with pytest.raises(InvalidInput, match="`dataset` is no string"):
        FILES.statement(DATABASES, {"dataset": text, "since": "2024-01-01"})


def test_whole_numbers_are_whole() -> None:
    with pytest.raises(InvalidInput, match="`year` is no integer: write for example year=2021"):
        named()["hires_above_mean"].statement(DATABASES, {"year": "2021.5"})


def test_what_is_missing_is_asked_for_with_an_example() -> None:
    with pytest.raises(InvalidInput, match="`since` is missing, the first day: write for example since=2024-01-01"):
        FILES.statement(DATABASES, {"dataset": "fx_prices"})


def test_what_nobody_asked_for_is_refused() -> None:
    with pytest.raises(InvalidInput, match="knows no `until`: there are dataset, since"):
        FILES.statement(DATABASES, {"dataset": "fx_prices", "since": "2024-01-01", "until": "2024-01-02"})
    with pytest.raises(InvalidInput, match="knows no `until`: it wants to be told nothing"):
        named()["lift_by_channel"].statement(DATABASES, {"until": "2024-01-02"})


def test_who_misspells_a_query_is_told_which_there_are() -> None:
    with pytest.raises(InvalidInput, match="there is no query lift; there are .*lift_by_channel"):
        query_named("lift")


@pytest.mark.parametrize("name", ["", 'gold"; DROP', "Gold", "gold-local"])
def test_a_database_is_called_by_a_plain_name(name: str) -> None:
    with pytest.raises(InvalidSetting, match="gold: is no name of a Glue database"):
        Databases("silver", name, "control")
