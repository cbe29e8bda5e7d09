"""What is known of users: what they hold, how they have traded, how they may be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio
    from divisa.domain.recipient import Recipient


class Portfolios(Protocol):
    """The portfolio table."""

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, Portfolio]:
        """Portfolios by user; users without one are absent."""

    def put_many(self, portfolios: Iterable[Portfolio]) -> None:
        """Write portfolios, whatever was there (seeding)."""


@dataclass(frozen=True, slots=True)
class SummaryRecord:
    """A user's behaviour summary of a pair, and how much of the ledger is in it.

    Attributes:
        user_id: whose it is.
        pair: what was traded.
        summary: the folded statistics.
        sequence: number of the newest ledger entry that is folded in; 0 before the first.
    """

    user_id: str
    pair: Pair
    summary: BehaviourSummary[float]
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Advance:
    """One summary after more of the ledger.

    Attributes:
        before: the record as it was loaded; the stored one must still have its sequence.
        after: the record to store, of a higher sequence.
    """

    before: SummaryRecord
    after: SummaryRecord


class Summaries(Protocol):
    """The table of behaviour summaries."""

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, BehaviourSummary[float]]:
        """Summaries by user, equal to the last bit to what was put; users without one are absent."""

    def put_many(self, pair: Pair, summaries: Mapping[str, BehaviourSummary[float]]) -> None:
        """Write summaries of the time before the ledger's first entry, whatever was there (seeding)."""

    def load(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, SummaryRecord]:
        """Records by user, as of now; who has no summary has a newcomer's of sequence 0."""

    def save(self, advances: Sequence[Advance]) -> Sequence[bool]:
        """Apply advances, each by itself.

        Returns:
            For each advance False when somebody else had moved the summary on: then nothing was written.

        Raises:
            StoreUnavailable: the table did not answer; some may have been written.
        """


class Recipients(Protocol):
    """The table of people who may be told."""

    def get_many(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        """Recipients by user; unknown users are absent."""

    def put_many(self, recipients: Iterable[Recipient]) -> None:
        """Write recipients, whatever was there (seeding); an empty contact is none."""

    def of_phone(self, phone: str) -> Sequence[str]:
        """Users who have this number, in no order; what was written a moment ago may be missing."""

    def of_email(self, address: str) -> Sequence[str]:
        """Users who have this address to the letter, in no order; what was written a moment ago may be missing."""

    def mark_unusable(self, user_id: str, address: str) -> bool:
        """Note that a user's address bounced for good; False, and nothing is written, when they have another one."""

    def load(self, user_id: str) -> Recipient:
        """A user as of now; one of version 0, who agreed to nothing, when nothing is stored."""

    def save_preferences(self, recipient: Recipient) -> Recipient:
        """Write the preferences of a user who was loaded at `recipient.version`, and nothing else of them.

        Returns:
            The user as stored: of version + 1, with the contacts that are there.

        Raises:
            ConcurrentUpdate: the stored version is another one; nothing is written.
        """

    def erase(self, user_id: str) -> int:
        """Delete what there is of a user; returns how many rows that were, 1 or 0."""
