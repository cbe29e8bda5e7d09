"""Write down decisions: what was known, what the model and the rules said, and what followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from divisa.domain.bands import Band
from divisa.domain.decision import (
    Cause,
    DecisionRecord,
    Judgement,
    ModelAnswer,
    Reconsidered,
    decision_id_of,
    logged_facts,
    release_id_of,
)
from divisa.domain.errors import StreamUnavailable
from divisa.domain.evaluation import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.evaluation import Watch
    from divisa.domain.market import MarketView
    from divisa.domain.policy import Facts, PolicyRules, Verdict
    from divisa.domain.quote import Quote
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import DecisionLog, Scores
    from divisa.services.evaluate_users import Evaluations


class Judged(NamedTuple):
    """What the rules were asked when a visit began, or quiet hours had ended, and what they said."""

    facts: Facts
    verdict: Verdict
    suggestion_id: str


class Decided(NamedTuple):
    """One watch that was moved: which row of the evaluations moved it, what it is now, and what the rules said."""

    row: int
    after: Watch
    judged: Judged | None


class LookedAtAgain(NamedTuple):
    """One held suggestion that was released: which row of the evaluations it was looked at by, and what the rules said.

    Attributes:
        row: of the evaluations.
        before: the suggestion while it was held.
        after: as it was written then.
        judged: None when it had come to nothing before the rules were asked.
    """

    row: int
    before: Suggestion
    after: Suggestion
    judged: Judged | None


@dataclass(frozen=True, slots=True)
class LogDecisions:
    """Logs the decisions of one batch, in one call of the log.

    Logged is what a price broke, whatever begins a visit, and what became of it after quiet hours. The others, watches
    that were only looked at again, are many and say nothing. Messages matter more than the log: where it does not
    answer, the decisions stand unlogged.
    """

    log: DecisionLog

    def __call__(
        self,
        cause: Cause,
        quote: Quote,
        at: datetime,
        evaluations: Evaluations,
        decided: Sequence[Decided],
        rules: PolicyRules,
    ) -> int:
        """Log what was decided, after it was stored.

        Args:
            cause: why the watches were evaluated.
            quote: the price that was decided at.
            at: the moment of decision, UTC.
            evaluations: what the model was asked and what it answered.
            decided: the watches that were moved.
            rules: the policy's knobs that were in force.

        Returns:
            How many decisions the log did not take, although they should be in it.
        """
        told = [each for each in decided if cause is Cause.BROKEN or each.judged is not None]
        if not told:
            return 0
        return self._write(list(_moved(cause, quote, at, evaluations, told, rules)))

    def released(
        self,
        quote: Quote,
        at: datetime,
        evaluations: Evaluations,
        looked: Sequence[LookedAtAgain],
        rules: PolicyRules,
    ) -> int:
        """Log what was decided about suggestions that were held, after it was stored; as a call does."""
        return self._write(list(_released(quote, at, evaluations, looked, rules))) if looked else 0

    def _write(self, records: Sequence[DecisionRecord]) -> int:
        try:
            self.log.write(records)
        except StreamUnavailable:
            return len(records)
        return 0


def answers_of(scores: Scores, rows: Sequence[int]) -> Iterator[ModelAnswer]:
    """What the model answered about some users, one by one."""
    columns = (
        scores.probabilities[rows],
        scores.decisions[rows],
        scores.lower[rows],
        scores.upper[rows],
        scores.reach_lower[rows],
        scores.reach_upper[rows],
        scores.quiet_lower[rows],
        scores.quiet_upper[rows],
    )
    for (hold, buy, sell), decision, lower, upper, first, last, low, high in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        yield ModelAnswer((hold, buy, sell), Decision(decision), Band(lower, upper), Band(first, last), Band(low, high))


def _moved(
    cause: Cause,
    quote: Quote,
    at: datetime,
    evaluations: Evaluations,
    decided: Sequence[Decided],
    rules: PolicyRules,
) -> Iterator[DecisionRecord]:
    for each, asked in zip(decided, _asked(evaluations, [each.row for each in decided]), strict=True):
        after, judged = each.after, each.judged
        yield DecisionRecord(
            decision_id=decision_id_of(after.user_id, after.pair, after.generation),
            cause=cause,
            user_id=after.user_id,
            generation=after.generation,
            episode=after.episode,
            at=at if judged is None else judged.facts.at,
            quote=quote,
            judgement=None if judged is None else _judgement(judged, rules),
            **asked,
        )


def _released(
    quote: Quote, at: datetime, evaluations: Evaluations, looked: Sequence[LookedAtAgain], rules: PolicyRules
) -> Iterator[DecisionRecord]:
    for each, asked in zip(looked, _asked(evaluations, [each.row for each in looked]), strict=True):
        before, judged = each.before, each.judged
        held_until = before.held_until or at
        yield DecisionRecord(
            decision_id=release_id_of(before.suggestion_id, held_until),
            cause=Cause.RELEASE,
            user_id=before.user_id,
            generation=0,
            episode=before.episode,
            at=at if judged is None else judged.facts.at,
            quote=quote,
            judgement=None if judged is None else _judgement(judged, rules),
            reconsidered=Reconsidered(before.suggestion_id, before.side, held_until, each.after.suppressed),
            **asked,
        )


class _Asked(TypedDict):
    """What a record has of the model's question and answer about one user."""

    market: MarketView[float]
    summary: BehaviourSummary[float]
    question: tuple[float, ...]
    features: tuple[float, ...]
    answer: ModelAnswer
    model_version: str


def _asked(evaluations: Evaluations, rows: Sequence[int]) -> Iterator[_Asked]:
    questions = evaluations.question.part(rows).rows().tolist()
    features = evaluations.features[rows].tolist()
    for row, asked, read, answer in zip(rows, questions, features, answers_of(evaluations.scores, rows), strict=True):
        yield _Asked(
            market=evaluations.market,
            summary=evaluations.summaries[row],
            question=tuple(asked),
            features=tuple(read),
            answer=answer,
            model_version=evaluations.scores.model_version,
        )


def _judgement(judged: Judged, rules: PolicyRules) -> Judgement:
    return Judgement(
        facts=logged_facts(judged.facts),
        rules=rules,
        outcomes=judged.verdict.outcomes,
        suggestion_id=judged.suggestion_id,
        suppressed=judged.verdict.suppressed,
        held_until=judged.verdict.quiet_until,
    )
