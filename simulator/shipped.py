"""The shipped code that the closed loop runs: it decides, draws, records and measures, over stores in memory.

What a model would say is given; everything after it is Divisa's own: visits, facts, rules, arms and suggestions
(`Suggest`), the ledger, and the trials that the lift report is made of (`ReadTrials`).
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.decision_log import MemoryDecisionLog
from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.policy_source import MemoryPolicySource
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.decision import Cause
from divisa.domain.episodes import VisitRules
from divisa.domain.evaluation import Watch
from divisa.domain.features import question
from divisa.domain.ledger import LedgerEntry, transaction_id_of
from divisa.domain.lift import report
from divisa.domain.market import MarketView
from divisa.domain.outcome import OutcomeRules
from divisa.domain.pair import round_money
from divisa.ports import Scores
from divisa.services.assign_arm import KEY, AssignArm
from divisa.services.evaluate_users import Evaluations
from divisa.services.gather_facts import GatherFacts
from divisa.services.log_decisions import LogDecisions
from divisa.services.read_trials import ReadTrials
from divisa.services.suggest import Suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from divisa.domain.evaluation import Decision
    from divisa.domain.lift import LiftReport
    from divisa.domain.pair import Pair
    from divisa.domain.policy import PolicyRules
    from divisa.domain.portfolio import Portfolio
    from divisa.domain.quote import Quote
    from divisa.domain.recipient import Recipient
    from divisa.domain.suggestion import Suggestion
    from divisa.domain.transaction import Transaction

MODEL: Final = "simulated"
REFRESH_AGE: Final = timedelta(days=365)
"""No evaluation grows old here: everybody is asked about each day."""


class Opinion(NamedTuple):
    """What a model says of one user at a moment, whatever the price.

    Attributes:
        user_id: of whom.
        decision: HOLD, BUY or SELL.
        probabilities: of a HOLD, a BUY and a SELL, summing to 1.
        size: base currency that the user usually trades.
        cost: average cost of what the user holds, quote currency for one unit of base; NaN when nothing is held.
    """

    user_id: str
    decision: Decision
    probabilities: tuple[float, float, float]
    size: float
    cost: float


class _Unlogged(LogDecisions):
    """Writes nothing down: nobody reads the decisions of a simulation."""

    def __call__(self, *decided: object, **named: object) -> int:
        """Log nothing, and miss nothing."""
        return 0


class Shipped:
    """One stage of Divisa and the people who are registered there."""

    def __init__(self, pair: Pair, rules: PolicyRules, key: bytes, recipients: Sequence[Recipient], at: datetime):
        """Open a stage at a moment, UTC, for people of one pair, whose arms are drawn with a key."""
        self.pair, self.recipients = pair, MemoryRecipients()
        self._clock, self._suggestions, self._portfolios = ManualClock(at), MemorySuggestions(), MemoryPortfolios()
        self._watches, self._ledger = MemoryWatches(self._suggestions), MemoryLedger(self._portfolios)
        self._suggest = Suggest(
            self._watches,
            GatherFacts(
                self._portfolios,
                self.recipients,
                self._suggestions,
                AssignArm(MemorySecrets({KEY: key})),
                self._clock,
            ),
            MemoryPolicySource(rules),
            self._clock,
            VisitRules(),
            REFRESH_AGE,
            _Unlogged(MemoryDecisionLog()),
        )
        self.recipients.put_many(recipients)
        self._watches.put_many(Watch(each.user_id, pair) for each in recipients)

    def suggest(
        self, quote: Quote, market: MarketView[float], opinions: Sequence[Opinion], owned: Iterable[Portfolio]
    ) -> list[Suggestion]:
        """Decide about users, of whom the model says something new; returns the suggestions that were recorded.

        Args:
            quote: the live price.
            market: the market at it.
            opinions: of different users.
            owned: what those users own, of any sequence.
        """
        self._clock.set(quote.event_time)
        self._portfolios.put_many(replace(each, sequence=self._sequence(each.user_id)) for each in owned)
        users = [each.user_id for each in opinions]
        watches = self._watches.get_many(self.pair, users)
        evaluations = _evaluations(quote, market, opinions)
        self._suggest(quote, [watches[user] for user in users], evaluations, Cause.BROKEN)
        made = self._suggestions.since(users, quote.event_time)
        return [each for user in users for each in made.get(user, ())]

    def record(self, done: Transaction, after: Portfolio, quote: Quote, market: MarketView[float]) -> None:
        """Write a transaction down, with what its user owns after it, of any sequence."""
        sequence = self._sequence(done.user_id) + 1
        if sequence == 1:
            self._portfolios.put_many([replace(after, sequence=0)])
        entry = LedgerEntry(
            transaction_id=transaction_id_of(done.user_id, f"{sequence}"),
            transaction=done,
            sequence=sequence,
            amount=round_money(done.quantity * done.price, self.pair.quote),
            realised_pnl=None,
            market=market,
            quote_time=quote.event_time,
            quote_sequence=quote.sequence,
            fingerprint="",
        )
        self._ledger.record(entry, replace(after, sequence=sequence))

    def lift(self, at: datetime) -> LiftReport:
        """The report as of a moment, UTC."""
        return report(ReadTrials(self._suggestions, self._ledger)(at, OutcomeRules()).ended)

    def _sequence(self, user_id: str) -> int:
        stored = self._ledger.portfolio(user_id, self.pair)
        return 0 if stored is None else stored.sequence


def _evaluations(quote: Quote, market: MarketView[float], opinions: Sequence[Opinion]) -> Evaluations:
    summaries = [replace(NEWCOMER, size=each.size, cost=each.cost) for each in opinions]
    asked = question(
        stack(BehaviourSummary[Array], summaries),
        stack(MarketView[Array], [market]),
        at=np.array([quote.event_time.timestamp()]),
        x=np.array([quote.log_mid]),
    )
    count = len(opinions)
    least, most = np.full(count, -math.inf), np.full(count, math.inf)
    scores = Scores(
        probabilities=np.array([each.probabilities for each in opinions], dtype=np.float64),
        decisions=np.array([each.decision for each in opinions], dtype=np.int8),
        lower=least,
        upper=most,
        reach_lower=least,
        reach_upper=most,
        quiet_lower=least,
        quiet_upper=most,
        inside=np.ones(count, dtype=np.bool_),
        effects=np.full(count, math.nan),
        model_version=MODEL,
    )
    return Evaluations([each.user_id for each in opinions], summaries, asked, asked.features(), scores, market)
