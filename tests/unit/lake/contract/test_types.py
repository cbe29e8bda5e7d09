from __future__ import annotations

import pytest

from lake.contract.types import ColumnType


@pytest.mark.parametrize(
    "text", ["string", "integer", "double", "boolean", "date", "timestamp", "decimal(18,2)", "decimal(38,38)"]
)
def test_a_type_is_spelled_as_it_is_read(text: str) -> None:
    assert str(ColumnType.parse(text)) == text


@pytest.mark.parametrize("text", ["", "int", "String", "decimal", "decimal(18)", "decimal(18,2) ", "decimal(-1,0)"])
def test_what_is_no_type_is_refused_with_those_that_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="there are string, integer, double, boolean, date, timestamp or decimal"):
        ColumnType.parse(text)


@pytest.mark.parametrize("text", ["decimal(0,0)", "decimal(39,2)", "decimal(2,3)"])
def test_a_decimal_has_as_many_digits_as_every_engine_can_hold(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 38 digits"):
        ColumnType.parse(text)


@pytest.mark.parametrize(
    ("text", "duckdb"), [("integer", "BIGINT"), ("string", "VARCHAR"), ("decimal(18,2)", "DECIMAL(18,2)")]
)
def test_duckdb_has_names_of_its_own(text: str, duckdb: str) -> None:
    assert ColumnType.parse(text).duckdb == duckdb
