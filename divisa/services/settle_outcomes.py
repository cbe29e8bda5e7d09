"""Write down what became of suggestions, as it becomes known."""

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

LATENESS: Final = timedelta(hours=1)
"""Time after which everything that happened has been written down: bars, entries, deliveries."""
LOOK_BACK: Final = timedelta(hours=12)
"""How far back a run looks for what earlier ones have left: what fails in a night is made up for in the morning."""
CHUNK: Final = 100


@dataclass(frozen=True, slots=True)
class SettleOutcomes:
    """Writes what is known of every suggestion of the experiment, stage by stage, until nothing is added to it.

    A suggestion is looked at when a stage of it has passed: an hour, a day, a week, the end of the window. Its outcome
    of then replaces the one before. A run that is killed or repeated changes nothing: an outcome is the same whenever
    its stage is written, and what is missing is found by the next run, or from an earlier moment on when asked for.
    """

    suggestions: Suggestions
    deliveries: Deliveries
    ledger: Ledger
    bars: Bars
    outcomes: Outcomes
    clock: Clock
    rules: OutcomeRules = field(default_factory=OutcomeRules)

    def __call__(self, at_most: int, since: datetime | None = None) -> int:
        """Write what is due, at most so many outcomes; returns how many were.

        Args:
            at_most: outcomes.
            since: look at everything that was suggested at this moment, UTC, or later; None at what had a stage within
                `LOOK_BACK`.

        Raises:
            StoreUnavailable: a table did not answer; the next run goes on.
        """
        latest = self.clock.now() - LATENESS
        # One reading of the bars serves all suggestions of a pair and minute.
        closes: dict[tuple[Pair, datetime], Sequence[Bar]] = {}
        written, passed = 0, self._passed(latest, since)
        while written < at_most and (chunk := list(islice(passed, CHUNK))):
            behind = self._behind(chunk, latest)[: at_most - written]
            self.outcomes.put_many(self._known(behind, latest, closes))
            written += len(behind)
        return written

    def _passed(self, latest: datetime, since: datetime | None) -> Iterator[Suggestion]:
        """What may have to be written by now; the last stages first, since they are labels."""
        if since is not None:
            yield from self.suggestions.trials_between(since, latest - self.rules.stages[0])
            return
        for stage in reversed(self.rules.stages):
            end = latest - stage
            yield from self.suggestions.trials_between(end - LOOK_BACK, end)

    def _behind(self, suggestions: Sequence[Suggestion], latest: datetime) -> Sequence[Suggestion]:
        """Those of which not all is known that could be, each once."""
        known, behind = self.outcomes.known_until(suggestions), {}
        for each in suggestions:
            newest = max(each.created_at + stage for stage in self.rules.stages if each.created_at + stage <= latest)
            if each.suggestion_id not in known or known[each.suggestion_id] < newest:
                behind[each.suggestion_id] = each
        return list(behind.values())

    def _known(
        self, suggestions: Sequence[Suggestion], latest: datetime, closes: dict[tuple[Pair, datetime], Sequence[Bar]]
    ) -> Iterator[Outcome]:
        deliveries = list(self.deliveries.of_suggestions(each.suggestion_id for each in suggestions))
        for each in suggestions:
            moments = [each.created_at + horizon.length for horizon in Horizon]
            bars = [bar for moment in moments if moment <= latest for bar in self._bars(each.pair, moment, closes)]
            outcome = outcome_of(each, deliveries, self._entries(each, latest), bars, latest, self.rules)
            if outcome is not None:
                yield outcome

    def _entries(self, suggestion: Suggestion, latest: datetime) -> Iterator[LedgerEntry]:
        made = suggestion.created_at
        return entries_of(self.ledger, suggestion.user_id, made, min(made + self.rules.window, latest))

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
