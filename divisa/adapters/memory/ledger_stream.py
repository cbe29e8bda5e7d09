"""A ledger stream that keeps what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from divisa.domain.ledger import LedgerEntry


class MemoryLedgerStream:
    """A `LedgerStream` as a list.

    Attributes:
        published: every entry so far, in order; one that was published twice is there twice.
    """

    def __init__(self) -> None:
        self.published: list[LedgerEntry] = []

    def publish(self, entries: Iterable[LedgerEntry]) -> int:
        """Append entries in order; returns how many."""
        before = len(self.published)
        self.published.extend(entries)
        return len(self.published) - before
