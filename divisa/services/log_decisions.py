"""Write down decisions: what was known, what the model and the rules said, and what followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from divisa.domain.bands import Band
from divisa.domain.decision import Cause, DecisionRecord, Judgement, ModelAnswer, decision_id_of, logged_facts
from divisa.domain.errors import StreamUnavailable
from divisa.domain.evaluation import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from divisa.domain.evaluation import Watch
    from divisa.domain.policy import Facts, PolicyRules, Verdict
    from divisa.domain.quote import Quote
    from divisa.ports import DecisionLog, Scores
    from divisa.services.evaluate_users import Evaluations


class Judged(NamedTuple):
    """What the rules were asked when a visit began, and what they said."""

    facts: Facts
    verdict: Verdict
    suggestion_id: str


class Decided(NamedTuple):
    """One watch that was moved: which row of the evaluations moved it, what it is now, and what the rules said."""

    row: int
    after: Watch
    judged: Judged | None


@dataclass(frozen=True, slots=True)
class LogDecisions:
    """Logs the decisions of one batch, in one call of the log.

    Logged is what a price broke, and whatever begins a visit. The others, watches that were only looked at again, are
    many and say nothing. Messages matter more than the log: where it does not answer, the decisions stand unlogged.
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
        records = list(_records(cause, quote, at, evaluations, told, rules))
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


def _records(
    cause: Cause,
    quote: Quote,
    at: datetime,
    evaluations: Evaluations,
    decided: Sequence[Decided],
    rules: PolicyRules,
) -> Iterator[DecisionRecord]:
    rows = [each.row for each in decided]
    questions = evaluations.question.part(rows).rows().tolist()
    features = evaluations.features[rows].tolist()
    for each, asked, read, answer in zip(
        decided, questions, features, answers_of(evaluations.scores, rows), strict=True
    ):
        after, judged = each.after, each.judged
        yield DecisionRecord(
            decision_id=decision_id_of(after.user_id, after.pair, after.generation),
            cause=cause,
            user_id=after.user_id,
            generation=after.generation,
            episode=after.episode,
            at=at if judged is None else judged.facts.at,
            quote=quote,
            market=evaluations.market,
            summary=evaluations.summaries[each.row],
            question=tuple(asked),
            features=tuple(read),
            answer=answer,
            model_version=evaluations.scores.model_version,
            judgement=None if judged is None else _judgement(judged, rules),
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
