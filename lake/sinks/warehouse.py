"""A warehouse as those know it who load it, and the files that it is loaded from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyarrow as pa
    import pyarrow.fs

    from lake.sinks.loaded import Loaded
    from lake.sinks.table import SinkTable


class Warehouse(Protocol):
    """Redshift, or the PostgreSQL that stands in for it on a laptop."""

    def load(self, table: SinkTable, parquet: str, *, whole: bool = False) -> Loaded:
        """Merge the rows of a file into a table by its key, in one transaction; the table is made where it is missing.

        Args:
            table: which one.
            parquet: where the file is, `s3://bucket/key`, as `export` wrote it.
            whole: whether these are all rows that the table is to hold; then any take the place of those there.

        Raises:
            StoreUnavailable: the warehouse did not answer; nothing was done, or it is still at it.
            ConcurrentUpdate: somebody else wrote to the table meanwhile; nothing was done.
            InvalidInput: two rows have the same key, or one has a value that there is no room for.
            StoreRefused: it refused for another reason.
        """
        ...

    def delete_where(self, table: SinkTable, column: str, value: str | int) -> int:
        """Remove what is known of a person, and tell how many rows that were.

        Raises:
            ValueError: nobody is told by that column.
            StoreUnavailable: the warehouse did not answer; it may be done, or not: doing it again does no harm.
            StoreRefused: it refused.
        """
        ...


def export(
    table: SinkTable,
    batches: Iterable[pa.RecordBatch],
    filesystem: pyarrow.fs.FileSystem,
    path: str,
    on_rows: Callable[[int], None] = lambda count: None,
) -> int:
    """Write rows into one Parquet file that a warehouse loads: the columns of a table in its order, and no others.

    Args:
        table: which one.
        batches: its rows, in any columns of which its own are some. One batch is in memory at a time.
        filesystem: where it is written to.
        path: where on it: `bucket/key`, or the path of a file.
        on_rows: told after each batch how many rows were written until now.

    Returns:
        How many there were.

    Raises:
        InvalidInput: a column is missing, or of another type.
    """
    rows = 0
    with pq.ParquetWriter(path, table.schema, filesystem=filesystem, compression="snappy") as writer:
        for batch in table.fitted(batches):
            writer.write_batch(batch)
            rows += batch.num_rows
            on_rows(rows)
    return rows
