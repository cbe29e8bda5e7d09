"""The data sets of dashboards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
import yaml
from sqlglot import expressions
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from lake.contract.contract import Pii
from lake.dashboards.columns import schemas
from lake.dashboards.data_sets import STAGE, data_sets, without_limits
from lake.dashboards.template import TEMPLATE, template
from lake.governance import levels
from lake.queries.catalogue import query_named

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow


def test_the_template_is_what_the_queries_say() -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == template(), "run python -m lake.dashboards.template"


def test_a_data_set_has_all_values_of_what_its_query_is_limited_by_and_a_column_for_each() -> None:
    sql = sqlglot.parse_one(without_limits(query_named("trades_by_day")), read="athena")
    group = sql.args["group"].expressions

    assert [column.alias_or_name for column in sql.expressions][:3] == ["pair", "day", "users"]
    assert {column.name for column in group} == {"pair", "day"}
    assert not list(sql.find_all(expressions.Where, expressions.Placeholder))


def test_a_condition_that_is_no_limit_stays() -> None:
    assert "segment IN ('all', 'channel')" in without_limits(query_named("lift_by_channel"))


def test_a_data_set_reads_what_is_nobodys_and_nothing_else() -> None:
    personal = {"silver": levels.silver(), "gold": levels.gold(), "control": levels.control()}
    for each in data_sets():
        read = set(columns_read(each.sql))
        assert read, each.name
        for database, table, column in read:
            zone = database.removeprefix(f"divisa_{STAGE}_")
            assert personal[zone].get(table, {}).get(column, Pii.NONE) is Pii.NONE, each.name


def test_the_freshness_of_rows_is_no_data_set_since_it_reads_dates_of_hire() -> None:
    examples = without_limits(query_named("freshness"))

    assert (f"divisa_{STAGE}_silver", "hr_hired_employees", "hired_at") in columns_read(examples)


def test_every_column_has_a_type_of_quicksight() -> None:
    for each in yaml.safe_load(template())["Resources"].values():
        [physical] = each["Properties"]["PhysicalTableMap"].values()
        columns = {column["Name"]: column["Type"] for column in physical["CustomSql"]["Columns"]}
        assert set(columns.values()) <= {"STRING", "INTEGER", "DECIMAL", "DATETIME"}
        selected = sqlglot.parse_one(physical["CustomSql"]["SqlQuery"], read="athena").expressions
        assert list(columns) == [column.alias_or_name for column in selected]


def columns_read(sql: str) -> Iterator[tuple[str, str, str]]:
    """Database, table and column of all that a statement reads."""
    known: dict[str, Any] = {}
    for name, schema in schemas().items():
        database, table = name.split(".")
        known.setdefault(database, {})[table] = {field.name: "varchar" for field in schema}
    tree = qualify(sqlglot.parse_one(sql, read="athena"), schema=known, dialect="athena")
    for scope in traverse_scope(tree):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, expressions.Table):
                yield source.db, source.name, column.name
