"""An engine in this process: DuckDB with its own tables, for tests and for looking at things without a cloud."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import duckdb

from divisa.domain.errors import ConcurrentUpdate, InvalidTable
from lake.transformations.rendering import duckdb_sql

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from lake.engines.session import Table


class DuckSession:
    """`Session` on a database of DuckDB. Several are made of one database by `another`, one a thread."""

    def __init__(self, database: Path | None = None) -> None:
        """Open a database, or make one in memory."""
        self._connection = duckdb.connect(
            str(database) if database else ":memory:", config={"autoinstall_known_extensions": False}
        )
        self._connection.execute("SET TimeZone = 'UTC'")
        # DuckDB lets two transactions insert the same key; so one statement after the other.
        self._one_by_one = threading.RLock()

    def another(self) -> DuckSession:
        """One more session on the same database, for another thread."""
        other = object.__new__(DuckSession)
        other._connection = self._connection.cursor()
        other._one_by_one = self._one_by_one
        other._connection.execute("SET TimeZone = 'UTC'")
        return other

    def close(self) -> None:
        """Be done with it; what is in a database stays there."""
        self._connection.close()

    def prepare(self, table: Table) -> str:
        """Make the table, or add the columns that it lacks."""
        name = f"{table.zone}.{table.name}"
        empty = table.schema.empty_table()
        with self._one_by_one:
            self._connection.register("wanted", empty)
            try:
                self._make(name, table.zone)
            finally:
                self._connection.unregister("wanted")
        return name

    def file(self, view: str, uri: str) -> tuple[str, ...]:
        """Call the rows of a Parquet file by a name; tells its columns."""
        path = uri.replace("'", "''")
        self._execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM read_parquet('{path}')")  # noqa: S608
        return tuple(self._types(view))

    def name(self, view: str, table: str) -> None:
        """Call a table by another name."""
        self._execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM {table}")  # noqa: S608 - names of ours

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement of Spark SQL as DuckDB says it."""
        with self._one_by_one:
            return self._execute(duckdb_sql(statement)).fetchall()

    def replace(self, table: str, query: str) -> None:
        """Put a query's rows in place of a table's, in one transaction."""
        with self._one_by_one:
            self._execute("BEGIN")
            try:
                self._execute(f"CREATE OR REPLACE TEMP TABLE replacing AS {duckdb_sql(query)}")
                self._execute(f"DELETE FROM {table}")  # noqa: S608 - a table of ours
                self._execute(f"INSERT INTO {table} BY NAME SELECT * FROM replacing")  # noqa: S608
                self._execute("COMMIT")
            except BaseException:
                self._execute("ROLLBACK")
                raise

    def table(self, query: str) -> pa.Table:
        """A query's rows."""
        return self._connection.sql(duckdb_sql(query)).to_arrow_table()

    def _make(self, name: str, zone: str) -> None:
        self._execute(f"CREATE SCHEMA IF NOT EXISTS {zone}")
        self._execute(f"CREATE TABLE IF NOT EXISTS {name} AS FROM wanted")
        have = self._types(name)
        for column, kind in self._types("wanted").items():
            if column not in have:
                self._execute(f'ALTER TABLE {name} ADD COLUMN IF NOT EXISTS "{column}" {kind}')
            elif have[column] != kind:
                raise InvalidTable(name, column, have[column], kind)

    def _types(self, table: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self._execute(f"DESCRIBE {table}").fetchall()}

    def _execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(statement)
        except duckdb.TransactionException as error:
            raise ConcurrentUpdate("somebody else changed the table meanwhile") from error
