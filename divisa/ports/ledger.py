"""The ledger and the portfolios that it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio
    from divisa.domain.transaction import Side


@dataclass(frozen=True, slots=True)
class LedgerPosition:
    """A place in a user's ledger by time: that of one entry.

    Attributes:
        executed_at: the entry's time, UTC.
        transaction_id: the entry's id.
    """

    executed_at: datetime
    transaction_id: str


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Which entries of a user are asked for; None leaves a condition out.

    Attributes:
        pair: of this pair.
        side: of this side.
        since: made at this moment or later, UTC.
        until: made before this moment, UTC.
    """

    pair: Pair | None = None
    side: Side | None = None
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, entry: LedgerEntry) -> bool:
        """Whether an entry meets all conditions."""
        transaction = entry.transaction
        return (
            (self.pair is None or transaction.pair == self.pair)
            and (self.side is None or transaction.side is self.side)
            and (self.since is None or transaction.event_time >= self.since)
            and (self.until is None or transaction.event_time < self.until)
        )


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Some entries of a user, newest first.

    Attributes:
        entries: at most as many as were asked for.
        next: where the next page begins, after the last of these; None when there are no more.
    """

    entries: Sequence[LedgerEntry]
    next: LedgerPosition | None = None


class Ledger(Protocol):
    """The ledger's table, and that of the portfolios: both change together. Every read is as of now.

    Every method raises StoreUnavailable when the tables do not answer.
    """

    def portfolio(self, user_id: str, pair: Pair) -> Portfolio | None:
        """A user's portfolio of a pair; None when there is none."""

    def portfolios(self, user_id: str) -> Sequence[Portfolio]:
        """All portfolios of a user, by pair."""

    def record(self, entry: LedgerEntry, after: Portfolio) -> bool:
        """Insert an entry and replace the portfolio that it changes, both or neither.

        Args:
            entry: the entry of number `after.sequence`.
            after: the portfolio with the entry in it; the stored one must have the number before.

        Returns:
            False, and nothing is written, when there is an entry of this id already.

        Raises:
            ConcurrentUpdate: the stored portfolio has another number, or there is none; nothing is written. An entry
                of this id may exist all the same.
            StoreUnavailable: no answer; it may be recorded or not. Recording it again is safe.
        """

    def find(self, user_id: str, transaction_id: str) -> LedgerEntry | None:
        """A user's entry of this id."""

    def page(
        self, user_id: str, wanted: LedgerFilter, *, limit: int, start: LedgerPosition | None = None
    ) -> LedgerPage:
        """A user's entries, newest first, at most `limit` ≥ 1, of those after `start` (None for the newest)."""

    def after(self, user_id: str, pair: Pair, sequence: int) -> Iterator[LedgerEntry]:
        """A user's entries of a pair whose numbers are higher than `sequence`, in order of their numbers."""

    def erase(self, user_id: str, pseudonym: str) -> int:
        """Delete a user's portfolios, so that nothing is recorded any more, and put their entries under a pseudonym.

        Done again, or after a crash, it ends in the same. Returns how many entries were moved by this call.
        """
