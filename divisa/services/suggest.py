"""Turn evaluations into moved watches and, where a visit begins, one suggestion."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from divisa.domain.episodes import follow, watched
from divisa.domain.errors import MovesInterrupted
from divisa.domain.evaluation import Watch
from divisa.domain.policy import judge
from divisa.domain.reasons import reasons_for
from divisa.domain.recipient import Language
from divisa.domain.suggestion import Suggestion, suggestion_id_of
from divisa.domain.transaction import Side
from divisa.ports import Move
from divisa.services.gather_facts import proposal_of
from divisa.services.log_decisions import Decided, Judged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from divisa.domain.decision import Cause
    from divisa.domain.episodes import VisitRules
    from divisa.domain.evaluation import Evaluation
    from divisa.domain.policy import Facts, PolicyRules
    from divisa.domain.quote import Quote
    from divisa.ports import Clock, PolicySource, Watches
    from divisa.services.evaluate_users import Evaluations
    from divisa.services.gather_facts import GatherFacts
    from divisa.services.log_decisions import LogDecisions


@dataclass(slots=True)
class Outcome:
    """What became of evaluations.

    Attributes:
        evaluated: watches that the model was asked about.
        moved: watches that were written.
        suggested: suggestions that were let out.
        held: suggestions that wait for the person's quiet hours to end.
        suppressed: suggestions that were recorded and not let out, by reason.
        raced: watches that somebody else had moved first.
        unlogged: decisions that stand, and that the decision log did not take.
    """

    evaluated: int = 0
    moved: int = 0
    suggested: int = 0
    held: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    raced: int = 0
    unlogged: int = 0

    def count(self, suggestion: Suggestion) -> None:
        """Count a suggestion that was recorded."""
        if suggestion.suppressed is not None:
            self.suppressed[suggestion.suppressed.value] += 1
        elif suggestion.is_held:
            self.held += 1
        else:
            self.suggested += 1

    def add(self, other: Outcome) -> None:
        """Count another outcome in."""
        self.evaluated += other.evaluated
        self.moved += other.moved
        self.suggested += other.suggested
        self.held += other.held
        self.suppressed += other.suppressed
        self.raced += other.raced
        self.unlogged += other.unlogged


@dataclass(frozen=True, slots=True)
class Suggest:
    """Moves watches to what the model says now; each move and its suggestion are written in one transaction.

    Attributes:
        visits: when a visit to the far side of a band is over.
        refresh_age: time after which an evaluation is stale, whatever the price did.
    """

    watches: Watches
    gather: GatherFacts
    policy: PolicySource
    clock: Clock
    visits: VisitRules
    refresh_age: timedelta
    log: LogDecisions

    def __call__(self, quote: Quote, watches: Sequence[Watch], evaluations: Evaluations, cause: Cause) -> Outcome:
        """Apply evaluations to the watches that they were made for, row by row.

        Doing it again changes nothing: the watches have moved, and a suggestion's id belongs to its episode. A watch
        that a later quote has moved stays: else a retry of the first half of a batch would open an episode anew.

        Raises:
            MovesInterrupted: the table did not answer; what was moved is logged, and the rest is still to be decided.
            StoreUnavailable: what the policy looks at could not be read; nothing was moved.
        """
        outcome, rules = Outcome(evaluated=len(watches)), self.policy.current()
        afters: list[tuple[int, Watch, bool]] = []
        x, at = quote.log_mid, quote.event_time + self.clock.age(quote.event_time)
        for row, (watch, evaluation) in enumerate(zip(watches, evaluations.each(), strict=True)):
            if not _is_ahead(watch, quote):
                after, begins = self._after(quote, x, watch, evaluation)
                if after is not watch:
                    afters.append((row, after, begins))
        begun = [(row, after) for row, after, begins in afters if begins]
        proposals = [proposal_of(evaluations, row, after.episode) for row, after in begun]
        gathered = self.gather(quote, evaluations.market, proposals, rules)
        told = {
            row: self._told(watches[row], after, facts, evaluations.evidence(row), rules)
            for (row, after), facts in zip(begun, gathered, strict=True)
        }
        planned = [(row, *told.get(row, (Move(watches[row], after), None))) for row, after, _ in afters]
        moves = [move for _, move, _ in planned]
        done: Sequence[bool | None] = ()
        interrupted: MovesInterrupted | None = None
        try:
            done = self.watches.move_all(moves) if moves else ()
        except MovesInterrupted as error:
            interrupted, done = error, error.done
        decided: list[Decided] = []
        for (row, move, judged), is_done in zip(planned, done, strict=True):
            if not is_done:
                outcome.raced += 1
                continue
            outcome.moved += 1
            decided.append(Decided(row, move.after, judged))
            if move.suggestion is not None:
                outcome.count(move.suggestion)
        outcome.unlogged = self.log(cause, quote, at, evaluations, decided, rules)
        if interrupted is not None:
            # Not sooner: nothing breaks the watches that were moved any more, and their messages go out.
            raise interrupted
        return outcome

    def _after(self, quote: Quote, x: float, before: Watch, evaluation: Evaluation) -> tuple[Watch, bool]:
        """The watch from now on, `before` itself when nothing is new; and whether a visit begins."""
        decision, at = evaluation.decision, quote.event_time
        visit, begins = follow(before.visit, decision, evaluation.reach, x, at, self.visits)
        band = watched(visit, evaluation.quiet)
        same = (
            not begins
            and (decision, visit, band) == (before.decision, before.visit, before.band)
            and evaluation.model_version == before.model_version
            and before.refresh_at is not None
            and at < before.refresh_at
        )
        if same:
            return before, False
        after = Watch(
            user_id=before.user_id,
            pair=before.pair,
            band=band,
            decision=decision,
            visit=visit,
            episode=before.episode + begins,
            generation=before.generation + 1,
            evaluated_at=at,
            refresh_at=self._due(before, at),
            model_version=evaluation.model_version,
        )
        return after, begins

    def _due(self, before: Watch, at: datetime) -> datetime:
        """When the watch is stale next; never the same moment again, so that it does not stay first in its queue."""
        due = at + self.refresh_age
        return due + timedelta.resolution if due == before.refresh_at else due

    def _told(
        self, before: Watch, after: Watch, facts: Facts, evidence: Mapping[str, float], rules: PolicyRules
    ) -> tuple[Move, Judged]:
        """The move with the one suggestion of the visit that begins, and what the rules said of it."""
        recipient, quote, side = facts.recipient, facts.quote, facts.side
        verdict = judge(facts, rules)
        is_let_out = verdict.suppressed is None and verdict.quiet_until is None
        reachable = () if recipient is None else recipient.reachable()
        suggestion = Suggestion(
            suggestion_id=suggestion_id_of(after.user_id, after.pair, side, after.episode),
            user_id=after.user_id,
            pair=after.pair,
            side=side,
            amount=facts.amount,
            price=quote.ask if side is Side.BUY else quote.bid,
            quote_time=quote.event_time,
            quote_sequence=quote.sequence,
            reasons=reasons_for(side, evidence, facts.propensity),
            propensity=facts.propensity,
            model_version=facts.model_version,
            episode=after.episode,
            created_at=self.clock.now(),
            expires_at=self.clock.later(rules.lifetime),
            language=recipient.language if recipient is not None else Language.ES,
            channels=reachable if is_let_out else (),
            intended=next(iter(reachable), None),
            suppressed=verdict.suppressed,
            held_until=verdict.quiet_until,
        )
        return Move(before, after, suggestion), Judged(facts, verdict, suggestion.suggestion_id)


def _is_ahead(watch: Watch, quote: Quote) -> bool:
    """Whether a later quote has moved the watch already."""
    return watch.evaluated_at is not None and watch.evaluated_at > quote.event_time
