from __future__ import annotations

import pytest
import sqlglot
from sqlglot import expressions

from lake.contract.contract import Sink
from lake.contract.reading import contracts
from lake.sinks import warehouse_sql
from lake.sinks.table import SinkTable, sinks_of

TABLES = [SinkTable.of_contract(contracts()[name]) for name in sinks_of(contracts())[Sink.WAREHOUSE]]
ROLE = "arn:aws:iam::000000000000:role/copy"
OUTCOMES = SinkTable.of_contract(contracts()["fx_outcomes"])


def parsed(statement: str) -> expressions.Expression:
    tree = sqlglot.parse_one(statement, read="redshift")
    assert isinstance(tree, expressions.Expression)
    assert not isinstance(tree, expressions.Command), statement
    return tree


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_all_that_is_said_is_sql_of_redshift(table: SinkTable) -> None:
    said = [
        *warehouse_sql.creating(table, warehouse_sql.redshift_layout(table)),
        warehouse_sql.staging(table),
        warehouse_sql.copying(table, "s3://lake-bucket/silver/rows.parquet", ROLE),
        *warehouse_sql.merging(table),
        *warehouse_sql.merging(table, whole=True),
        warehouse_sql.unstaging(table),
        warehouse_sql.erasing(table, next(each.name for each in table.columns if each.personal))
        if any(each.personal for each in table.columns)
        else "SELECT 1",
    ]
    for statement in said:
        parsed(statement)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_the_columns_of_its_contract_its_key_and_where_rows_lie(table: SinkTable) -> None:
    tree = parsed(warehouse_sql.creating(table, warehouse_sql.redshift_layout(table))[1])
    columns = {each.name: each for each in tree.find_all(expressions.ColumnDef)}
    assert tuple(columns) == table.names
    needed = {name for name, each in columns.items() if each.find(expressions.NotNullColumnConstraint)}
    assert needed == {each.name for each in table.columns if not each.nullable}
    key = tree.find(expressions.PrimaryKey)
    assert key is not None
    assert tuple(each.name for each in key.expressions) == table.key
    spread, sorted_by = tree.find(expressions.DistKeyProperty), tree.find(expressions.SortKeyProperty)
    assert spread is not None
    assert sorted_by is not None
    assert spread.name == table.key[0]
    order = tuple(each.name for each in sorted_by.this)
    assert order == ((table.event_time,) if table.event_time else table.key)


def test_a_file_is_copied_as_parquet_by_a_role() -> None:
    copy = parsed(warehouse_sql.copying(OUTCOMES, "s3://lake-bucket/silver/rows.parquet", ROLE))
    assert isinstance(copy, expressions.Copy)
    assert copy.this.name == "fx_outcomes_staged"
    assert [each.name for each in copy.args["files"]] == ["s3://lake-bucket/silver/rows.parquet"]
    credentials = copy.args["credentials"]
    assert credentials.args["iam_role"].name == ROLE
    assert [each.this.name for each in copy.args["params"]] == ["FORMAT"]


@pytest.mark.parametrize(
    ("parquet", "role"),
    [
        ("s3://b/rows'; DROP TABLE x; --", ROLE),
        ("https://lake-bucket/rows", ROLE),
        ("s3://lake-bucket/rows", "arn:aws:iam::000000000000:role/copy' x"),
        ("s3://lake-bucket/rows", ""),
    ],
)
def test_what_is_no_address_or_no_role_is_not_said_to_anybody(parquet: str, role: str) -> None:
    with pytest.raises(ValueError, match="is no address of an object, or no role"):
        warehouse_sql.copying(OUTCOMES, parquet, role)


def test_a_row_that_is_as_it_was_or_older_is_forgotten_before_anything_is_written() -> None:
    where = parsed(warehouse_sql.merging(OUTCOMES).unchanged).find(expressions.Where)
    assert where is not None
    compared = {each.this.name for each in where.find_all(expressions.EQ)}
    assert compared == set(OUTCOMES.names)
    asked_for_nothing = {each.this.name for each in where.find_all(expressions.Is)}
    assert asked_for_nothing == {each.name for each in OUTCOMES.columns if each.nullable}
    older = where.find(expressions.GT)
    assert older is not None
    assert (older.this.table, older.this.name) == ("fx_outcomes", "known_until")
    assert (older.expression.table, older.expression.name) == ("fx_outcomes_staged", "known_until")
