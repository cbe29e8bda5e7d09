"""Collect everything that is kept of a person, for that person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from divisa.ports import LedgerFilter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.device import Device
    from divisa.domain.evaluation import Watch
    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.outcome import Outcome
    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio
    from divisa.domain.recipient import Recipient
    from divisa.domain.suggestion import Delivery, Suggestion
    from divisa.ports import (
        Clock,
        Deliveries,
        Devices,
        Ledger,
        Outcomes,
        Recipients,
        SignIn,
        SignIns,
        Suggestions,
        Summaries,
        Watches,
    )

MAX_TRANSACTIONS: Final = 6_000
"""Ledger entries in an export, the newest: some 400 bytes each. A Lambda function answers with at most 6 MB."""
MAX_SUGGESTIONS: Final = 2_000
"""Suggestions in an export, the newest: some 1,500 bytes each, deliveries and outcome included."""


@dataclass(frozen=True, slots=True)
class PersonExport:
    """What is kept of a person.

    Attributes:
        exported_at: when it was collected, UTC.
        sign_in: what the sign-in service knows; None when it knows nobody of this subject.
        recipient: contacts and preferences.
        devices: whose tokens are secrets between the app and its platform, and are not shown.
        portfolios: balances by pair.
        summaries: how the person trades, as the model sees it, by pair.
        watches: what the model decided about the person last, by pair.
        suggestions: newest first.
        deliveries: what became of those suggestions on every channel.
        outcomes: what followed suggestions of the experiment, newest first.
        transactions: newest first.
        shortened: which of `suggestions`, `outcomes` and `transactions` have more than fits; those that are older are
            missing.
    """

    user_id: str
    exported_at: datetime
    sign_in: SignIn | None
    recipient: Recipient
    devices: Sequence[Device]
    portfolios: Sequence[Portfolio]
    summaries: Mapping[Pair, BehaviourSummary[float]]
    watches: Sequence[Watch]
    suggestions: Sequence[Suggestion]
    deliveries: Sequence[Delivery]
    outcomes: Sequence[Outcome]
    transactions: Sequence[LedgerEntry]
    shortened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportPerson:
    """Reads every store that knows people.

    Attributes:
        pairs: those that are served.
    """

    sign_ins: SignIns
    recipients: Recipients
    devices: Devices
    ledger: Ledger
    summaries: Summaries
    watches: Watches
    suggestions: Suggestions
    deliveries: Deliveries
    outcomes: Outcomes
    clock: Clock
    pairs: frozenset[Pair]

    def __call__(self, user_id: str) -> PersonExport:
        """Everything of a user, and nothing of anybody else.

        Raises:
            StoreUnavailable: a store did not answer.
        """
        suggestions, outcomes = self.suggestions.of_user(user_id), self.outcomes.of_user(user_id)
        page = self.ledger.page(user_id, LedgerFilter(), limit=MAX_TRANSACTIONS)
        left_out = {
            "suggestions": len(suggestions) > MAX_SUGGESTIONS,
            "outcomes": len(outcomes) > MAX_SUGGESTIONS,
            "transactions": page.next is not None,
        }
        kept = suggestions[:MAX_SUGGESTIONS]
        pairs = sorted(self.pairs)
        return PersonExport(
            user_id=user_id,
            exported_at=self.clock.now(),
            sign_in=self.sign_ins.find(user_id),
            recipient=self.recipients.load(user_id),
            devices=self.devices.of_user(user_id),
            portfolios=self.ledger.portfolios(user_id),
            summaries={pair: found[user_id] for pair in pairs if (found := self.summaries.get_many(pair, [user_id]))},
            watches=[watch for pair in pairs for watch in self.watches.get_many(pair, [user_id]).values()],
            suggestions=kept,
            deliveries=list(self.deliveries.of_suggestions(each.suggestion_id for each in kept)),
            outcomes=outcomes[:MAX_SUGGESTIONS],
            transactions=page.entries,
            shortened=tuple(name for name, is_left_out in left_out.items() if is_left_out),
        )
