"""Where rows are loaded to, as whoever publishes them knows it: a database, or a warehouse that reads files."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Protocol

from pyarrow.fs import LocalFileSystem

from lake.sinks.warehouse import export

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyarrow as pa

    from lake.sinks.loaded import Loaded
    from lake.sinks.table import SinkTable
    from lake.sinks.warehouse import Warehouse
    from lake.storage.objects import Objects

FILES: Final = "warehouse/"
"""Where the files lie that a warehouse is loaded from, for as long as it is."""


class Target(Protocol):
    """`RelationalSink` is one. Each method is all done or not at all, and may be called again."""

    def load(self, table: SinkTable, batches: Iterable[pa.RecordBatch]) -> Loaded:
        """Merge rows into a table by its key; the table is made where it is missing."""
        ...

    def replace(self, table: SinkTable, batches: Iterable[pa.RecordBatch]) -> Loaded:
        """Make rows all that a table holds."""
        ...

    def delete_where(self, table: SinkTable, column: str, value: str | int) -> int:
        """Remove what is known of a person; tells how many rows that were."""
        ...


class ByFile:
    """A warehouse that is given rows by files of the lake, which are gone for good once they are loaded."""

    def __init__(self, warehouse: Warehouse, objects: Objects, run: str, forget: Callable[[str], int]) -> None:
        """Load a warehouse.

        Args:
            warehouse: which one.
            objects: the lake, which the warehouse reads.
            run: whose files these are; to load a table again in the same run takes the place of a file that was left.
            forget: deletes old versions of objects.
        """
        self._warehouse = warehouse
        self._objects = objects
        self._prefix = f"{FILES}{run}/"
        self._forget = forget

    def load(self, table: SinkTable, batches: Iterable[pa.RecordBatch]) -> Loaded:
        """See `Target`."""
        return self._send(table, batches, whole=False)

    def replace(self, table: SinkTable, batches: Iterable[pa.RecordBatch]) -> Loaded:
        """See `Target`."""
        return self._send(table, batches, whole=True)

    def delete_where(self, table: SinkTable, column: str, value: str | int) -> int:
        """See `Target`."""
        return self._warehouse.delete_where(table, column, value)

    def _send(self, table: SinkTable, batches: Iterable[pa.RecordBatch], *, whole: bool) -> Loaded:
        key = f"{self._prefix}{table.name}.parquet"
        with TemporaryDirectory(prefix="divisa-warehouse-") as scratch:
            file = Path(scratch) / "rows"
            export(table, batches, LocalFileSystem(), str(file))
            self._objects.put_file(key, file)
        try:
            return self._warehouse.load(table, self._objects.uri(key), whole=whole)
        finally:
            self._objects.remove(key)
            self._forget(key)
