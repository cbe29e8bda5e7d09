"""Read the experiment as it stands: who was told or held out, and who then did what was suggested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from divisa.domain.lift import Trial
from divisa.domain.outcome import arm_in, outcome_of
from divisa.ports import LedgerFilter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.outcome import OutcomeRules
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Ledger, Suggestions

PAGE: Final = 200
"""Ledger entries that are read at a time."""


@dataclass(frozen=True, slots=True)
class Trials:
    """What was read.

    Attributes:
        ended: the trials whose window is over.
        open: how many there are whose window is not.
    """

    ended: list[Trial]
    open: int


@dataclass(frozen=True, slots=True)
class ReadTrials:
    """Reads every suggestion, and the ledgers of those who are part of the experiment (reports, small tables)."""

    suggestions: Suggestions
    ledger: Ledger

    def __call__(self, at: datetime, rules: OutcomeRules) -> Trials:
        """The trials as of a moment, UTC, in no order.

        Raises:
            StoreUnavailable: a table did not answer.
        """
        by_user: dict[str, list[Suggestion]] = {}
        still_open = 0
        for each in self.suggestions.all():
            if arm_in(each) is None:
                continue
            if each.created_at + rules.window > at:
                still_open += 1
                continue
            by_user.setdefault(each.user_id, []).append(each)
        ended = []
        for user, mine in by_user.items():
            entries = list(entries_of(self.ledger, user, min(each.created_at for each in mine), at))
            found = (outcome_of(each, (), entries, (), at, rules) for each in mine)
            ended += [
                Trial(user, each.arm, each.traded, each.side, each.channel, each.reason)
                for each in found
                if each is not None
            ]
        return Trials(ended, still_open)


def entries_of(ledger: Ledger, user_id: str, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
    """A user's entries made from `since` until `until`, UTC, both included, newest first.

    Raises:
        StoreUnavailable: the ledger did not answer.
    """
    wanted, start = LedgerFilter(since=since, until=until + timedelta.resolution), None
    while True:
        page = ledger.page(user_id, wanted, limit=PAGE, start=start)
        yield from page.entries
        if page.next is None:
            return
        start = page.next
