"""The columns of a data set with QuickSight's types, as DuckDB finds them over tables like those of the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import duckdb
import pyarrow as pa
import sqlglot

from lake.contract.reading import contracts
from lake.dashboards.data_sets import STAGE
from lake.engines.session import silver
from lake.ingestion.conversion import QUARANTINE
from lake.loading.accounting import SCHEMA
from lake.queries.catalogue import Databases
from lake.transformations.catalogue import transformations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lake.dashboards.data_sets import DataSet

_KINDS: Final = {
    "BIGINT": "INTEGER",
    "HUGEINT": "INTEGER",
    "DECIMAL": "DECIMAL",
    "DOUBLE": "DECIMAL",
    "DATE": "DATETIME",
    "TIMESTAMP": "DATETIME",
    "VARCHAR": "STRING",
}


def columns(data_sets: Iterable[DataSet]) -> dict[str, dict[str, str]]:
    """The type of each column, by data set and name.

    Raises:
        KeyError: a column is of a type that QuickSight does not have.
    """
    with duckdb.connect(config={"threads": 1}) as connection:
        for name, schema in schemas().items():
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
            connection.register("empty", schema.empty_table())
            connection.execute(f"CREATE TABLE {name} AS FROM empty")
        return {each.name: _columns(connection, each.sql) for each in data_sets}


def schemas() -> dict[str, pa.Schema]:
    """The columns of the lake's tables, by their names with those of the databases of `STAGE`."""
    databases = Databases.of_stage(STAGE)
    partitions = [("dataset", pa.string()), ("load_date", pa.string())]
    return {
        **{f"{databases.silver}.{name}": silver(contract).schema for name, contract in contracts().items()},
        **{f"{databases.gold}.{name}": each.columns for name, each in transformations().items()},
        f"{databases.control}.accounts": SCHEMA,
        f"{databases.control}.quarantine": pa.schema([*QUARANTINE, *partitions]),
    }


def _columns(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, str]:
    [rendered] = sqlglot.transpile(sql, read="athena", write="duckdb")
    described = connection.execute(f"DESCRIBE {rendered}").fetchall()
    return {name: _KINDS[kind.partition("(")[0]] for name, kind, *_ in described}
