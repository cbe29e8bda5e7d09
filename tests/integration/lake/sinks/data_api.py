"""Redshift's Data API with PostgreSQL behind it: what only Redshift knows is taken off the statements that it gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lake.sinks.definition import staging
from lake.sinks.staging import copied

if TYPE_CHECKING:
    import pyarrow.fs
    from sqlalchemy import Connection, Engine

    from lake.sinks.table import SinkTable

COPY = re.compile(r"COPY \"(\w+)_staged\" FROM 's3://([^']+)' IAM_ROLE '[^']+' FORMAT AS PARQUET")
LAYOUT = re.compile(r" DISTSTYLE KEY DISTKEY \(.*\) SORTKEY \(.*\)$")


class DataApi:
    """Runs each batch in one session and one transaction, as the Data API does."""

    def __init__(self, engine: Engine, filesystem: pyarrow.fs.FileSystem, tables: list[SinkTable]) -> None:
        self._engine = engine
        self._filesystem = filesystem
        self._tables = {table.name: table for table in tables}
        self._done: list[dict[str, Any]] = []

    def batch_execute_statement(self, *, Sqls: list[str], **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's name
        assert len(Sqls) <= 40
        try:
            with self._engine.begin() as connection:
                counts = [self._run(connection, statement) for statement in Sqls]
            return self._told({"Status": "FINISHED", "SubStatements": [{"ResultRows": count} for count in counts]})
        except DBAPIError as error:
            return self._told({"Status": "FAILED", "Error": f"ERROR: {error.orig}"})

    def execute_statement(self, *, Sql: str, Parameters: list[dict[str, str]], **_: Any) -> dict[str, Any]:  # noqa: N803
        values = {each["name"]: each["value"] for each in Parameters}
        with self._engine.begin() as connection:
            return self._told({"Status": "FINISHED", "ResultRows": connection.execute(text(Sql), values).rowcount})

    def describe_statement(self, *, Id: str) -> dict[str, Any]:  # noqa: N803
        return self._done[int(Id)]

    def _told(self, what: dict[str, Any]) -> dict[str, Any]:
        self._done.append(what)
        return {"Id": str(len(self._done) - 1)}

    def _run(self, connection: Connection, statement: str) -> int:
        if (copy := COPY.fullmatch(statement)) is None:
            return connection.exec_driver_sql(LAYOUT.sub("", statement)).rowcount
        with pq.ParquetFile(copy[2], filesystem=self._filesystem) as file:
            return copied(connection, staging(self._tables[copy[1]]), file.iter_batches(), lambda _: None)
