"""Make logged decisions again, from nothing but what was logged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.decision import decision_id_of, facts_of, release_id_of
from divisa.domain.errors import InvalidModel
from divisa.domain.evaluation import known_effect
from divisa.domain.features import question
from divisa.domain.market import MarketView
from divisa.domain.policy import judge
from divisa.domain.suggestion import Suppression, suggestion_id_of
from divisa.services.log_decisions import answers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.decision import DecisionRecord, Judgement, Reconsidered
    from divisa.domain.features import Question
    from divisa.ports import Scorer


@dataclass(frozen=True, slots=True)
class ReplayDecisions:
    """Decides again: features from summaries and market, the model's answer, every rule's outcome, and the ids.

    What is no result of deciding is taken over: the user, the prices, the market, the summary, the facts but
    whether the model has seen the like, the knobs; of a release what was held, and that another suggestion went out
    in its place.
    """

    scorer: Scorer

    def __call__(self, records: Sequence[DecisionRecord]) -> list[DecisionRecord]:
        """Records as they come out now, in the same order; those that are as reproducible as they should be are equal.

        Args:
            records: at least one; all of them by the model that answers.

        Raises:
            ScorerUnavailable: the model did not answer.
            InvalidModel: its answer does not fit, or one of the decisions was made by another model.
        """
        asked = asked_again(records)
        scores = self.scorer.score(asked)
        for record in records:
            if record.model_version != scores.model_version:
                raise InvalidModel(
                    f"the decision {record.decision_id} was made by the model {record.model_version}; "
                    f"the one that answers is {scores.model_version}"
                )
        rows = zip(
            records,
            asked.rows().tolist(),
            asked.features().tolist(),
            answers_of(scores, range(len(records))),
            scores.inside.tolist(),
            scores.effects.tolist(),
            strict=True,
        )
        return [
            _decided_again(
                _seen_again(
                    replace(record, question=tuple(columns), features=tuple(features), answer=answer), inside, effect
                )
            )
            for record, columns, features, answer, inside, effect in rows
        ]


def asked_again(records: Sequence[DecisionRecord]) -> Question:
    """What the model is asked about n ≥ 1 decisions, made of their summaries, markets and prices; margins stand."""
    markets = stack(MarketView[Array], [record.market for record in records])
    return question(
        stack(BehaviourSummary[Array], [record.summary for record in records]),
        markets,
        at=markets.as_of,
        x=np.array([record.quote.log_mid for record in records]),
    )._replace(margin=np.array([record.question[-1] for record in records]))


def _decided_again(record: DecisionRecord) -> DecisionRecord:
    if record.reconsidered is not None:
        return _released_again(record, record.reconsidered)
    decision_id, judgement = decision_id_of(record.user_id, record.quote.pair, record.generation), record.judgement
    return replace(
        record,
        decision_id=decision_id,
        judgement=None if judgement is None else _judgement(record, judgement),
    )


def _released_again(record: DecisionRecord, held: Reconsidered) -> DecisionRecord:
    suggestion_id = suggestion_id_of(record.user_id, record.quote.pair, held.side, record.episode)
    judgement, dropped = record.judgement, held.dropped
    if record.answer.decision.side is not held.side:
        judgement, dropped = None, Suppression.NOT_NOW
    elif judgement is not None:
        judgement = _judgement(record, judgement)
        is_merged = dropped is Suppression.MERGED and judgement.suppressed in (None, Suppression.HOLDOUT)
        dropped = Suppression.MERGED if is_merged else judgement.suppressed
    elif dropped is not Suppression.MERGED:  # The model says its side now: the rules would have been asked.
        dropped = None
    return replace(
        record,
        decision_id=release_id_of(suggestion_id, held.held_until),
        judgement=judgement,
        reconsidered=replace(held, suggestion_id=suggestion_id, dropped=dropped),
    )


def _seen_again(record: DecisionRecord, inside: bool, effect: float) -> DecisionRecord:
    """The record with what the model says now about the training range and the effect, for the rules to judge by."""
    if record.judgement is None:
        return record
    facts = replace(record.judgement.facts, inside=inside, effect=known_effect(effect))
    return replace(record, judgement=replace(record.judgement, facts=facts))


def _judgement(record: DecisionRecord, judgement: Judgement) -> Judgement:
    side = record.answer.decision.side
    if side is None:  # The model says HOLD now: there is nothing to judge.
        return replace(judgement, outcomes=(), suggestion_id="", suppressed=None, held_until=None)
    verdict = judge(facts_of(record, judgement, side), judgement.rules)
    return replace(
        judgement,
        outcomes=verdict.outcomes,
        suggestion_id=suggestion_id_of(record.user_id, record.quote.pair, side, record.episode),
        suppressed=verdict.suppressed,
        held_until=verdict.quiet_until,
    )
