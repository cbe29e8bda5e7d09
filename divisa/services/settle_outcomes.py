"""Settle what became of suggestions, once nothing is added to it any more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from divisa.domain.bars import Interval
from divisa.domain.outcome import Horizon, OutcomeRules, outcome_of
from divisa.services.read_trials import entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from divisa.domain.bars import Bar
    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.outcome import Outcome
    from divisa.domain.pair import Pair
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Bars, Clock, Deliveries, Ledger, Outcomes, Suggestions

DAY: Final = timedelta(days=1)
LATENESS: Final = timedelta(hours=1)
"""Time after which everything that happened has been written down: bars, entries, deliveries."""
LOOK_BACK: Final = timedelta(days=3)
"""How far back a run looks for what earlier ones have left: as long as a long weekend on which none succeeded."""
CHUNK: Final = 100


@dataclass(frozen=True, slots=True)
class SettleOutcomes:
    """Writes the outcome of every suggestion of the experiment whose time is over, once.

    A run that is killed or repeated changes nothing: an outcome is the same whenever it is settled, and what is
    missing is found by the next run.
    """

    suggestions: Suggestions
    deliveries: Deliveries
    ledger: Ledger
    bars: Bars
    outcomes: Outcomes
    clock: Clock
    rules: OutcomeRules = field(default_factory=OutcomeRules)

    def __call__(self, at_most: int) -> int:
        """Settle what is due, at most so many; returns how many were.

        Raises:
            StoreUnavailable: a table did not answer; the next run goes on.
        """
        now = self.clock.now()
        # One reading of the bars serves all suggestions of a pair and minute.
        closes: dict[tuple[Pair, datetime], Sequence[Bar]] = {}
        settled, due = 0, self._due(now)
        while settled < at_most and (chunk := list(islice(due, CHUNK))):
            missing = self.outcomes.missing(chunk)[: at_most - settled]
            self.outcomes.put_many(self._settled(missing, now, closes))
            settled += len(missing)
        return settled

    def _due(self, now: datetime) -> Iterator[Suggestion]:
        """What is to be settled by now, from the oldest day on."""
        latest = now - LATENESS - self.rules.settled_after
        day = (latest - LOOK_BACK).date()
        while day <= latest.date():
            yield from (each for each in self.suggestions.trials_of(day) if each.created_at <= latest)
            day += DAY

    def _settled(
        self, suggestions: Sequence[Suggestion], now: datetime, closes: dict[tuple[Pair, datetime], Sequence[Bar]]
    ) -> Iterator[Outcome]:
        deliveries = list(self.deliveries.of_suggestions(each.suggestion_id for each in suggestions))
        for each in suggestions:
            bars = [
                bar for horizon in Horizon for bar in self._bars(each.pair, each.created_at + horizon.length, closes)
            ]
            outcome = outcome_of(each, deliveries, self._entries(each), bars, now, self.rules)
            if outcome is not None:
                yield outcome

    def _entries(self, suggestion: Suggestion) -> Iterator[LedgerEntry]:
        made = suggestion.created_at
        return entries_of(self.ledger, suggestion.user_id, made, made + self.rules.window)

    def _bars(self, pair: Pair, moment: datetime, closes: dict[tuple[Pair, datetime], Sequence[Bar]]) -> Sequence[Bar]:
        """The minute's bar in which a moment lies, which may close after it, and the newest one before."""
        minute = Interval.MINUTE.start_of(moment)
        found = closes.get((pair, minute))
        if found is None:
            length = Interval.MINUTE.length
            since = minute - self.rules.max_price_age - length
            found = self.bars.newest(pair, Interval.MINUTE, since, minute + length, 2)
            closes[pair, minute] = found
        return found
