"""Where ledger entries are published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from divisa.domain.ledger import LedgerEntry


class LedgerStream(Protocol):
    """Where ledger entries are published, for all who follow what users do."""

    def publish(self, entries: Iterable[LedgerEntry]) -> int:
        """Append entries, in order per user; returns how many. Appending them again is safe: an entry has a number.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """
