"""Older states of an Iceberg table, and the files that only they, or nobody, knows of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pyiceberg.exceptions import CommitFailedException, NoSuchTableError

from divisa.domain.errors import ConcurrentUpdate
from lake.engines.iceberg import MAX_AGE
from lake.erasing.manifests import forget_deleted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table as IcebergTable
    from pyiceberg.table.snapshots import Snapshot

    from lake.engines.session import Table
    from lake.storage.objects import Objects

_HINT: Final = "/metadata/version-hint.text"
"""A number that some engines leave beside a table's states, for readers without a catalog."""


class IcebergHistory:
    """The history of a catalog's tables, whose files lie under `{zone}/{table}/` of one lake."""

    def __init__(self, catalog: Catalog, databases: Mapping[str, str], objects: Objects, unfinished: timedelta) -> None:
        """Forget histories.

        Args:
            catalog: where the tables are written down.
            databases: the Glue database of each zone.
            objects: where their files lie.
            unfinished: a file that no state of its table knows of, and that is younger, may be of a commit at work.
        """
        self._catalog = catalog
        self._databases = databases
        self._objects = objects
        self._unfinished = unfinished

    def __call__(self, table: Table, now: datetime) -> int:
        """Keep nothing of a table but its newest state; whoever reads an older one at the moment has to read again.

        Args:
            table: one that is there.
            now: UTC.

        Returns:
            How many files may be of a commit at work, and were left: to be looked at again.

        Raises:
            ConcurrentUpdate: somebody else changed the table meanwhile; do it again.
        """
        there = self._catalog.load_table((self._databases[table.zone], table.name))
        with _in_time():
            forget_deleted(there)
            newest = there.current_snapshot()
            older = [each for each in there.snapshots() if newest is None or each.snapshot_id != newest.snapshot_id]
            doomed = _forget(there, older)
        return self._sweep(table, there, doomed, now)[1]

    def expire(self, table: Table, now: datetime) -> int:
        """Forget the states of a table that are older than it keeps any, and the files that nobody knows of.

        Args:
            table: where it is not there, there is nothing to do.
            now: UTC.

        Returns:
            How many files went.

        Raises:
            ConcurrentUpdate: somebody else changed the table meanwhile; do it again.
        """
        try:
            there = self._catalog.load_table((self._databases[table.zone], table.name))
        except NoSuchTableError:
            return 0
        oldest = now.timestamp() * 1000 - float(there.properties[MAX_AGE])
        newest = there.current_snapshot()
        older = [each for each in there.snapshots() if each != newest and each.timestamp_ms < oldest]
        with _in_time():
            doomed = _forget(there, older)
        return self._sweep(table, there, doomed, now)[0]

    def _sweep(self, table: Table, there: IcebergTable, doomed: set[str], now: datetime) -> tuple[int, int]:
        """Remove files that no state of a table is made of; tells how many went, and how many are too young for it."""
        known = {there.metadata_location, *(each.metadata_file for each in there.metadata.metadata_log)}
        known.update(_files(there, there.snapshots()))
        gone, left = 0, 0
        for each in list(self._objects.listed(f"{table.zone}/{table.name}/")):
            uri = self._objects.uri(each.key)
            if uri in known or each.key.endswith(_HINT):
                continue
            if uri in doomed or now - each.modified >= self._unfinished:
                self._objects.remove(each.key)
                gone += 1
            else:
                left += 1
        return gone, left


def _forget(table: IcebergTable, older: Sequence[Snapshot]) -> set[str]:
    """Let a table have no such states any more; gives the files of these, of which others may be made as well."""
    files = set(_files(table, older))
    if older:
        table.maintenance.expire_snapshots().by_ids([each.snapshot_id for each in older]).commit()
    table.refresh()
    return files


def _files(table: IcebergTable, snapshots: Iterable[Snapshot]) -> Iterator[str]:
    """All files that some states of a table are made of. Most have manifests in common, each of which is read once."""
    seen: set[str] = set()
    for snapshot in snapshots:
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path in seen:
                continue
            seen.add(manifest.manifest_path)
            yield manifest.manifest_path
            for entry in manifest.fetch_manifest_entry(table.io):
                yield entry.data_file.file_path


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except CommitFailedException as error:
        raise ConcurrentUpdate("somebody else changed the table meanwhile") from error
