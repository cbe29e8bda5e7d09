"""The ledger in dictionaries."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.ledger import pseudonymised
from divisa.ports import LedgerPage, LedgerPosition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from divisa.adapters.memory.portfolios import MemoryPortfolios
    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio
    from divisa.ports import LedgerFilter


class MemoryLedger:
    """`Ledger` of one process; safe to share between threads."""

    def __init__(self, portfolios: MemoryPortfolios) -> None:
        self._portfolios = portfolios
        self._entries: dict[str, dict[str, LedgerEntry]] = {}
        self._lock = Lock()

    def portfolio(self, user_id: str, pair: Pair) -> Portfolio | None:
        """A user's portfolio of a pair; None when there is none."""
        return self._portfolios.get_many(pair, [user_id]).get(user_id)

    def portfolios(self, user_id: str) -> Sequence[Portfolio]:
        """All portfolios of a user, by pair."""
        return self._portfolios.of_user(user_id)

    def record(self, entry: LedgerEntry, after: Portfolio) -> bool:
        """Insert an entry and replace the portfolio that it changes; False when there is an entry of this id already.

        Raises:
            ConcurrentUpdate: the stored portfolio has not the number before.
        """
        with self._lock:
            of_user = self._entries.setdefault(after.user_id, {})
            if entry.transaction_id in of_user:
                return False
            stored = self.portfolio(after.user_id, after.pair)
            if stored is None or stored.sequence != after.sequence - 1:
                raise ConcurrentUpdate(f"the portfolio of {after.pair} has moved on")
            of_user[entry.transaction_id] = entry
            self._portfolios.put_many([after])
        return True

    def find(self, user_id: str, transaction_id: str) -> LedgerEntry | None:
        """A user's entry of this id."""
        return self._entries.get(user_id, {}).get(transaction_id)

    def page(
        self, user_id: str, wanted: LedgerFilter, *, limit: int, start: LedgerPosition | None = None
    ) -> LedgerPage:
        """A user's entries, newest first, at most `limit`, of those after `start`."""
        ordered = sorted(self._of_user(user_id), key=_place, reverse=True)
        left = [
            entry
            for entry in ordered
            if wanted.takes(entry) and (start is None or _place(entry) < (start.executed_at, start.transaction_id))
        ]
        page = left[:limit]
        return LedgerPage(page, LedgerPosition(*_place(page[-1])) if len(left) > limit else None)

    def after(self, user_id: str, pair: Pair, sequence: int) -> Iterator[LedgerEntry]:
        """A user's entries of a pair whose numbers are higher than `sequence`, in order of their numbers."""
        later = (e for e in self._of_user(user_id) if e.transaction.pair == pair and e.sequence > sequence)
        return iter(sorted(later, key=lambda entry: entry.sequence))

    def erase(self, user_id: str, pseudonym: str) -> int:
        """Delete a user's portfolios and put their entries under a pseudonym; returns how many were moved."""
        with self._lock:
            self._portfolios.erase(user_id)
            moved = [pseudonymised(entry, pseudonym) for entry in self._entries.pop(user_id, {}).values()]
            self._entries.setdefault(pseudonym, {}).update({entry.transaction_id: entry for entry in moved})
        return len(moved)

    def _of_user(self, user_id: str) -> Sequence[LedgerEntry]:
        return tuple(self._entries.get(user_id, {}).values())


def _place(entry: LedgerEntry) -> tuple[datetime, str]:
    return entry.transaction.event_time, entry.transaction_id
