"""Small files of an Iceberg table put together: each run leaves some, and every reader opens all of them."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, ValidationException
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import ArrowScan, _dataframe_to_data_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyiceberg.catalog import Catalog
    from pyiceberg.table import FileScanTask
    from pyiceberg.table import Table as IcebergTable

    from lake.engines.session import Table

MOST: Final = 8
"""So many small files may lie in one partition."""
SMALL: Final = 32 << 20
"""Bytes below which a file is small."""
AT_ONCE: Final = 128 << 20
"""Bytes of files that are put together at a time: some ten times as much in memory."""


class Compaction:
    """Puts the small files of a catalog's tables together, with the same rows."""

    def __init__(self, catalog: Catalog, databases: Mapping[str, str], *, most: int = MOST) -> None:
        """Look at tables.

        Args:
            catalog: where they are written down.
            databases: the Glue database of each zone.
            most: as many small files of a partition are left alone.
        """
        self._catalog = catalog
        self._databases = databases
        self._most = most

    def __call__(self, table: Table) -> int:
        """Put the small files of a table together, each group in one commit.

        What somebody else changes meanwhile is left as they leave it: a commit that comes too late changes nothing, and
        its files are nobody's. So it may be ended at any moment.

        Args:
            table: where it is not there, there is nothing to do.

        Returns:
            How many files became fewer ones.
        """
        try:
            there = self._catalog.load_table((self._databases[table.zone], table.name))
        except NoSuchTableError:
            return 0
        return sum(_put_together(there, group) for group in _groups(there, self._most))


def _groups(table: IcebergTable, most: int) -> Iterator[list[FileScanTask]]:
    by_partition = defaultdict(list)
    for task in table.scan().plan_files():
        if task.file.file_size_in_bytes < SMALL:
            by_partition[task.file.spec_id, repr(task.file.partition)].append(task)
    for tasks in by_partition.values():
        if len(tasks) > most:
            yield from _by_size(sorted(tasks, key=lambda task: task.file.file_path))


def _by_size(tasks: Iterable[FileScanTask]) -> Iterator[list[FileScanTask]]:
    group: list[FileScanTask] = []
    size = 0
    for task in tasks:
        if group and size + task.file.file_size_in_bytes > AT_ONCE:
            yield group
            group, size = [], 0
        group.append(task)
        size += task.file.file_size_in_bytes
    if len(group) > 1:
        yield group


def _put_together(table: IcebergTable, tasks: Sequence[FileScanTask]) -> int:
    """Replace some files of a partition by one; tells how many these were, or 0 where somebody was faster."""
    rows = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue()).to_table(tasks)
    with suppress(CommitFailedException, ValidationException):
        with table.transaction() as transaction, transaction.update_snapshot().overwrite() as files:
            for task in tasks:
                files.delete_data_file(task.file)
            # Pyiceberg has no public way to write files before they are committed.
            for made in _dataframe_to_data_files(table.metadata, rows, table.io):
                files.append_data_file(made)
        return len(tasks)
    table.refresh()
    return 0
