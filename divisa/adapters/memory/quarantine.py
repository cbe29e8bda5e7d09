"""A quarantine in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from divisa.ports import QuarantineEntry


class MemoryQuarantine:
    """`Quarantine` of one process."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], QuarantineEntry] = {}

    def put_many(self, entries: Iterable[QuarantineEntry]) -> None:
        """Keep entries; the same entry again changes nothing."""
        self._entries.update(((entry.reason, entry.entry_id), entry) for entry in entries)

    def all(self) -> Iterator[QuarantineEntry]:
        """Every entry there is, by reason and id."""
        return iter([self._entries[key] for key in sorted(self._entries)])
