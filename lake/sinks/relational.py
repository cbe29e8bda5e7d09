"""Rows of the lake in a relational database: merged by their key, replaced as a whole, or removed for a person.

What is loaded goes to a temporary table first and from there to its own in one transaction: whoever reads sees all of a
load or nothing, and the same load twice changes nothing the second time.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import NullPool, create_engine, delete, inspect, text

from lake.sinks.definition import defined, ensure, staging
from lake.sinks.loaded import Loaded
from lake.sinks.merging import counting, merging, removing
from lake.sinks.refusals import refusals
from lake.sinks.staging import stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa
    from sqlalchemy import Connection, Engine

    from lake.sinks.settings import RelationalSettings
    from lake.sinks.table import SinkTable

CONNECT_SECONDS: Final = 10
"""How long a database may take to answer before it counts as unavailable."""


def engine_of(settings: RelationalSettings) -> Engine:
    """The way to the database that settings name; each connection is closed once it was used."""
    waiting = {"connect_timeout": CONNECT_SECONDS}
    return create_engine(settings.relational_url, poolclass=NullPool, hide_parameters=True, connect_args=waiting)


class RelationalSink:
    """Loads tables into one database.

    Every method raises what `refusals` says where the database does not do as it is asked.

    Args:
        engine: PostgreSQL's, or MySQL's.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def of(cls, settings: RelationalSettings) -> Self:
        """The sink that settings name. Nothing is connected to yet, and no connection outlives what it is for."""
        return cls(engine_of(settings))

    def load(
        self,
        table: SinkTable,
        batches: Iterable[pa.RecordBatch],
        on_rows: Callable[[int], None] = lambda count: None,
    ) -> Loaded:
        """Merge rows into a table by its key; the table is made where it is missing.

        Args:
            table: which one.
            batches: its rows, in any columns of which its own are some. One batch is in memory at a time.
            on_rows: told after each batch how many rows were sent until now.

        Raises:
            SchemaDrift: the table is there with other columns.
            InvalidInput: a column is missing, or of another type, or two rows have the same key.
        """
        return self._load(table, batches, on_rows, table.order, whole=False)

    def replace(
        self,
        table: SinkTable,
        batches: Iterable[pa.RecordBatch],
        on_rows: Callable[[int], None] = lambda count: None,
    ) -> Loaded:
        """Make rows all that a table holds. Whoever reads meanwhile reads what was there before.

        Arguments and errors are those of `load`.
        """
        return self._load(table, batches, on_rows, None, whole=True)

    def delete_where(self, table: SinkTable, column: str, value: str | int) -> int:
        """Remove what is known of a person.

        Args:
            table: from which table; one that was never loaded holds nothing.
            column: by which the person is told.
            value: what stands there.

        Returns:
            How many rows were removed.

        Raises:
            ValueError: nobody is told by that column.
        """
        found = defined(table).c[table.personal(column).name]
        with self._transaction(table) as connection:
            if not inspect(connection).has_table(table.name):
                return 0
            return connection.execute(delete(found.table).where(found == value)).rowcount

    def _load(
        self,
        table: SinkTable,
        batches: Iterable[pa.RecordBatch],
        on_rows: Callable[[int], None],
        order: str | None,
        *,
        whole: bool,
    ) -> Loaded:
        with self._transaction(table) as connection:
            target = ensure(connection, table)
            staged = staging(table)
            staged.create(connection, checkfirst=False)
            stage(connection, staged, table.fitted(batches), on_rows)
            _hold(connection, target.name)
            removed = connection.execute(removing(target, staged)).rowcount if whole else 0
            rows, inserted, updated = connection.execute(counting(target, staged, order)).one()
            connection.execute(merging(target, staged, order, connection.dialect))
        return Loaded(int(inserted), int(updated), rows - int(inserted) - int(updated), removed)

    @contextlib.contextmanager
    def _transaction(self, table: SinkTable) -> Iterator[Connection]:
        with refusals(table.name), self._engine.begin() as connection:
            yield connection


def _hold(connection: Connection, table: str) -> None:
    """Let nobody else write to the table until the transaction ends, so that what is counted is what is done."""
    if connection.dialect.name == "postgresql":
        name = connection.dialect.identifier_preparer.quote(table)
        connection.execute(text(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE"))
