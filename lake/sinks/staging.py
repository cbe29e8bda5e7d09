"""Rows of Arrow into a table of a database, all of them or none, a batch at a time."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.csv
from sqlalchemy import insert

from divisa.domain.errors import StoreRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection, Table

_AS_CSV: Final = pa.csv.WriteOptions(include_header=False, quoting_style="all_valid")


def stage(
    connection: Connection, table: Table, batches: Iterable[pa.RecordBatch], on_rows: Callable[[int], None]
) -> int:
    """Load rows, as PostgreSQL is given many at once, or as any database takes them.

    Args:
        connection: in whose transaction that is done.
        table: what they are loaded into.
        batches: with its columns in its order. One is in memory at a time.
        on_rows: told after each batch how many rows were loaded until now.

    Returns:
        How many there were.
    """
    load = copied if connection.dialect.name == "postgresql" else inserted
    return load(connection, table, batches, on_rows)


def copied(
    connection: Connection, table: Table, batches: Iterable[pa.RecordBatch], on_rows: Callable[[int], None]
) -> int:
    """Load rows by PostgreSQL's COPY, as `stage` says.

    Raises:
        StoreRefused: it took fewer or more rows than it was sent, as old versions do of some texts with several lines.
    """
    name = connection.dialect.identifier_preparer.format_table(table)
    rows = 0
    driver = connection.connection.driver_connection
    if driver is None:
        raise ValueError("the connection is closed")
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
            for batch in batches:
                text = io.BytesIO()
                pa.csv.write_csv(batch, text, _AS_CSV)
                copy.write(text.getbuffer())
                rows += batch.num_rows
                on_rows(rows)
        if cursor.rowcount != rows:
            raise StoreRefused(f"{table.name}: {rows} rows were sent, and {cursor.rowcount} arrived")
    return rows


def inserted(
    connection: Connection, table: Table, batches: Iterable[pa.RecordBatch], on_rows: Callable[[int], None]
) -> int:
    """Load rows by plain INSERT, as `stage` says."""
    rows = 0
    for batch in batches:
        if batch.num_rows:
            connection.execute(insert(table), batch.to_pylist())
            rows += batch.num_rows
            on_rows(rows)
    return rows
