"""Athena's statements on a lake in this process: the same tables in DuckDB, and the statement in its dialect."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import sqlglot

from lake.contract.reading import contracts
from lake.engines.session import silver
from lake.ingestion.conversion import QUARANTINE
from lake.loading.accounting import SCHEMA
from lake.queries.catalogue import Databases, named
from lake.transformations.catalogue import transformations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lake.queries.catalogue import Statement

DATABASES = Databases("lake_silver", "lake_gold", "lake_control")


def schemas() -> dict[str, pa.Schema]:
    """The columns of all tables, by their name with that of their database."""
    partitions = [("dataset", pa.string()), ("load_date", pa.string())]
    return {
        **{f"lake_silver.{name}": silver(contract).schema for name, contract in contracts().items()},
        **{f"lake_gold.{name}": each.columns for name, each in transformations().items()},
        "lake_control.accounts": SCHEMA,
        "lake_control.quarantine": pa.schema([*QUARANTINE, *partitions]),
    }


@contextmanager
def lake(**tables: Sequence[Mapping[str, Any]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """All tables of the lake, without rows but for those named, as in `gold__lift=[…]`."""
    given = {f"lake_{name.replace('__', '.')}": rows for name, rows in tables.items()}
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for database in ("lake_silver", "lake_gold", "lake_control"):
            connection.execute(f"CREATE SCHEMA {database}")
        for name, schema in schemas().items():
            connection.register("rows", pa.Table.from_pylist(list(given.get(name, ())), _loose(schema)))
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM rows")  # noqa: S608
        yield connection


def ask(connection: duckdb.DuckDBPyConnection, name: str, **given: str) -> list[dict[str, Any]]:
    """The rows of a named query."""
    return rows_of(connection, named()[name].statement(DATABASES, given))


def rows_of(connection: duckdb.DuckDBPyConnection, statement: Statement) -> list[dict[str, Any]]:
    pieces = statement.sql.split("?")
    values = [*statement.parameters, ""]
    sql = "".join(piece + value for piece, value in zip(pieces, values, strict=True))
    [translated] = sqlglot.transpile(sql, read="athena", write="duckdb")
    found: list[dict[str, Any]] = connection.sql(translated).to_arrow_table().to_pylist()
    return found


def _loose(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in schema])
