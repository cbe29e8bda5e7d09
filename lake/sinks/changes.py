"""What an Iceberg table has now, or what it has now and had not at an earlier state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import ArrowScan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import FileScanTask
    from pyiceberg.table import Table as IcebergTable


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of a table.

    Attributes:
        state: that the table is in.
        whole: whether these are all rows that it has. If not, it had all the others before, and has lost none.
        batches: the rows, of a file at a time, to be gone through once.
    """

    state: str
    whole: bool
    batches: Iterator[pa.RecordBatch]


class IcebergChanges:
    """Tells what changed in the tables of a catalog.

    What is written anew is whole files, so that some of the rows are as they were.
    """

    def __init__(self, catalog: Catalog, databases: Mapping[str, str]) -> None:
        """Look at tables.

        Args:
            catalog: where they are written down.
            databases: the Glue database of each zone.
        """
        self._catalog = catalog
        self._databases = databases

    def __call__(self, zone: str, name: str, since: str | None) -> Change | None:
        """What changed in a table; None where nothing did, or where there is no such table yet.

        Args:
            zone: `silver` or `gold`.
            name: of the table.
            since: a state that it was in; None to get all rows. One that is forgotten is as good as none.
        """
        try:
            table = self._catalog.load_table((self._databases[zone], name))
        except NoSuchTableError:
            return None
        newest = table.current_snapshot()
        state = str(newest.snapshot_id) if newest else ""
        if state == since:
            return None
        files = _files(table, newest.snapshot_id) if newest else []
        before = None if since is None else _only_grown_since(table, since)
        if before is not None:
            had = {task.file.file_path for task in _files(table, before)}
            files = [task for task in files if task.file.file_path not in had]
        return Change(state, before is None, _rows(table, files))


def _only_grown_since(table: IcebergTable, state: str) -> int | None:
    """The snapshot of an earlier state, if it is known and no rows were deleted since.

    A deletion is seen by there being fewer rows: engines call it a rewrite of files, as they do a merge.
    """
    snapshot = table.current_snapshot()
    after = 0 if snapshot is None else _count(table, snapshot.snapshot_id)
    while snapshot is not None and str(snapshot.snapshot_id) != state:
        before = None if snapshot.parent_snapshot_id is None else table.snapshot_by_id(snapshot.parent_snapshot_id)
        count = 0 if before is None else _count(table, before.snapshot_id)
        if count > after:
            return None
        snapshot, after = before, count
    return None if snapshot is None else snapshot.snapshot_id


def _count(table: IcebergTable, snapshot: int) -> int:
    """How many rows a state has."""
    files = _files(table, snapshot)
    deletions = {each.file_path: each.record_count for task in files for each in task.delete_files}
    return sum(task.file.record_count for task in files) - sum(deletions.values())


def _files(table: IcebergTable, snapshot: int) -> list[FileScanTask]:
    return list(table.scan(snapshot_id=snapshot).plan_files())


def _rows(table: IcebergTable, files: list[FileScanTask]) -> Iterator[pa.RecordBatch]:
    scan = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue())
    for task in files:  # Given all at once, it would have all in memory.
        yield from scan.to_record_batches([task])
