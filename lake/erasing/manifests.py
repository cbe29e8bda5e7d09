"""Manifests that still tell of deleted files: of each its least and greatest values, so a person's id among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyiceberg.manifest import ManifestEntry, ManifestEntryStatus
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update.snapshot import _OverwriteFiles

if TYPE_CHECKING:
    from pyiceberg.manifest import ManifestFile
    from pyiceberg.table import Table


def forget_deleted(table: Table) -> None:
    """Commit a state of a table with the same rows, of whose manifests none tells of what is deleted.

    A deletion leaves an entry of each deleted file behind, which no later commit has to take away.

    Raises:
        CommitFailedException: somebody else changed the table meanwhile.
    """
    newest = table.current_snapshot()
    if newest is not None and any(map(_tells_of_deleted, newest.manifests(table.io))):
        with table.transaction() as transaction, _LiveFilesAlone(Operation.OVERWRITE, transaction, table.io):
            pass


class _LiveFilesAlone(_OverwriteFiles):
    """Writes manifests anew that tell of deleted files. Pyiceberg has no public way to."""

    def _deleted_entries(self) -> list[ManifestEntry]:
        return []

    def _existing_manifests(self) -> list[ManifestFile]:
        newest = self._transaction.table_metadata.snapshot_by_name(self._target_branch)
        out = []
        for manifest in newest.manifests(self._io) if newest is not None else []:
            if not _tells_of_deleted(manifest):
                out.append(manifest)
                continue
            entries = manifest.fetch_manifest_entry(self._io, discard_deleted=True)
            if entries:
                out.append(self._anew(manifest, entries))
        return out

    def _anew(self, manifest: ManifestFile, entries: list[ManifestEntry]) -> ManifestFile:
        with self.new_manifest_writer(self.spec(manifest.partition_spec_id)) as writer:
            for entry in entries:
                writer.add_entry(
                    ManifestEntry.from_args(
                        status=ManifestEntryStatus.EXISTING,
                        snapshot_id=entry.snapshot_id,
                        sequence_number=entry.sequence_number,
                        file_sequence_number=entry.file_sequence_number,
                        data_file=entry.data_file,
                    )
                )
        return writer.to_manifest_file()


def _tells_of_deleted(manifest: ManifestFile) -> bool:
    return manifest.deleted_files_count != 0
