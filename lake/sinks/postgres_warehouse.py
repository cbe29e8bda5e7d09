"""The warehouse of a laptop: Redshift's own statements run by PostgreSQL, sent the file that COPY would read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from sqlalchemy import text

from divisa.domain.errors import InvalidInput
from lake.sinks import warehouse_sql
from lake.sinks.definition import staging
from lake.sinks.loaded import Loaded
from lake.sinks.refusals import refusals
from lake.sinks.staging import copied

if TYPE_CHECKING:
    import pyarrow.fs
    from sqlalchemy import Connection, Engine

    from lake.sinks.table import SinkTable


class PostgresWarehouse:
    """A `Warehouse` in PostgreSQL.

    Args:
        engine: PostgreSQL's.
        filesystem: where files are: S3, or a folder whose folders are the buckets.
    """

    def __init__(self, engine: Engine, filesystem: pyarrow.fs.FileSystem) -> None:
        # As Redshift is: who writes beside somebody else is told to begin again.
        self._engine = engine.execution_options(isolation_level="SERIALIZABLE")
        self._filesystem = filesystem

    def load(self, table: SinkTable, parquet: str, *, whole: bool = False) -> Loaded:
        """See `Warehouse`."""
        merge = warehouse_sql.merging(table, whole=whole)
        with refusals(table.name), self._engine.begin() as connection:
            for statement in (*warehouse_sql.creating(table), warehouse_sql.staging(table)):
                connection.exec_driver_sql(statement)
            self._copy(connection, table, parquet)
            connection.exec_driver_sql(merge.unique)
            counted = [connection.exec_driver_sql(statement).rowcount for statement in merge[1:]]
            connection.exec_driver_sql(warehouse_sql.unstaging(table))
        removed, unchanged, updated, written = counted
        return Loaded(written - updated, updated, unchanged, removed)

    def delete_where(self, table: SinkTable, column: str, value: str | int) -> int:
        """See `Warehouse`."""
        statement = text(warehouse_sql.erasing(table, column))
        with refusals(table.name), self._engine.begin() as connection:
            for create in warehouse_sql.creating(table):
                connection.exec_driver_sql(create)
            return connection.execute(statement, {"value": str(value)}).rowcount

    def _copy(self, connection: Connection, table: SinkTable, parquet: str) -> None:
        file = pq.ParquetFile(parquet.removeprefix("s3://"), filesystem=self._filesystem)
        with file:
            if tuple(file.schema_arrow.names) != table.names:
                raise InvalidInput(f"the file of {table.name} has other columns than it")
            copied(connection, staging(table), file.iter_batches(), lambda _: None)
