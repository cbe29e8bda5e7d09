"""What is said to either database, read back by a parser of its dialect: MySQL is not at hand to be asked itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import sqlglot
from sqlalchemy import make_url
from sqlalchemy.schema import CreateTable
from sqlglot import expressions

from lake.contract.reading import contracts
from lake.sinks.definition import defined, staging
from lake.sinks.merging import counting, merging, removing
from lake.sinks.table import SinkTable

if TYPE_CHECKING:
    from sqlalchemy import Dialect

OUTCOMES = SinkTable.of_contract(contracts()["fx_outcomes"])
PAIRS = SinkTable.of_schema(
    "pairs", "a pair", ("base", "quote"), pa.schema({"base": pa.string(), "quote": pa.string()})
)
DIALECTS: dict[str, Dialect] = {
    "postgres": make_url("postgresql://").get_dialect()(),
    "mysql": make_url("mysql://").get_dialect()(),
}


def said(table: SinkTable, dialect: str, order: str | None = None) -> str:
    statement = merging(defined(table), staging(table), order, DIALECTS[dialect])
    return str(statement.compile(dialect=DIALECTS[dialect]))


@pytest.mark.parametrize("name", ["fx_outcomes", "hr_jobs", "fx_transactions", "energy_transactions"])
def test_all_that_is_said_to_mysql_is_its_sql(name: str) -> None:
    dialect, table = DIALECTS["mysql"], SinkTable.of_contract(contracts()[name])
    target, staged = defined(table), staging(table)
    statements: list[Any] = [
        *(CreateTable(target), CreateTable(staged), counting(target, staged, table.order)),
        *(merging(target, staged, table.order, dialect), removing(target, staged)),
    ]
    for statement in statements:
        text = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        parsed = sqlglot.parse_one(text, read="mysql")
        assert not isinstance(parsed, expressions.Command), text


def test_postgresql_writes_only_what_differs_and_is_not_older() -> None:
    text = said(OUTCOMES, "postgres", "known_until")
    merge = sqlglot.parse_one(text, read="postgres")
    conflict = merge.find(expressions.OnConflict)
    assert conflict is not None
    assert [key.name for key in conflict.args["conflict_keys"]] == ["suggestion_id"]
    assert len(list(conflict.find_all(expressions.NullSafeNEQ))) == len(OUTCOMES.columns) - 1
    assert "excluded.known_until >= fx_outcomes.known_until" in text


def test_mysql_leaves_a_row_that_is_newer_as_it_is_and_compares_times_before_it_sets_them() -> None:
    text = said(OUTCOMES, "mysql", "known_until")
    changes = text.partition("ON DUPLICATE KEY UPDATE")[2]
    kept = "if(fx_outcomes.known_until > VALUES(known_until), fx_outcomes.{0}, VALUES({0}))"
    assert kept.format("response") in changes
    assert changes.endswith(f"known_until = {kept.format('known_until')}")


def test_a_table_that_is_all_key_is_only_added_to() -> None:
    assert said(PAIRS, "postgres").endswith("ON CONFLICT (base, quote) DO NOTHING")
    assert said(PAIRS, "mysql").endswith("ON DUPLICATE KEY UPDATE base = pairs.base")


def test_mysql_tells_capitals_from_small_letters_and_has_keys_of_a_length() -> None:
    text = str(CreateTable(defined(OUTCOMES)).compile(dialect=DIALECTS["mysql"]))
    assert "suggestion_id VARCHAR(64) COLLATE utf8mb4_bin NOT NULL" in text
    assert "begun_at DATETIME(6) NOT NULL" in text
    assert "AUTO_INCREMENT" not in str(
        CreateTable(defined(SinkTable.of_contract(contracts()["hr_jobs"]))).compile(dialect=DIALECTS["mysql"])
    )
