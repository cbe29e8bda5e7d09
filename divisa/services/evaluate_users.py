"""Ask the model about many users at one price: what it says, and until which price that stays true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.bands import Band
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.evaluation import Decision, Evaluation
from divisa.domain.features import FEATURE_NAMES, Question, question
from divisa.domain.market import MarketView, view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.market import MarketState
    from divisa.domain.pair import Pair
    from divisa.ports import Scorer, Scores, Summaries


@dataclass(frozen=True, slots=True)
class Evaluations:
    """The model's answers for n users at one price.

    Attributes:
        user_ids: whom they are about, n of them.
        summaries: the state that they were evaluated with, in the same order.
        question: what the model was asked.
        scores: what it answered.
        market: the market that all share.
    """

    user_ids: Sequence[str]
    summaries: Sequence[BehaviourSummary[float]]
    question: Question
    scores: Scores
    market: MarketView[float]

    def of(self, row: int) -> Evaluation:
        """One user's answer."""
        decision = Decision(int(self.scores.decisions[row]))
        return Evaluation(
            user_id=self.user_ids[row],
            decision=decision,
            band=Band(float(self.scores.lower[row]), float(self.scores.upper[row])),
            propensity=float(self.scores.probabilities[row, decision]),
            model_version=self.scores.model_version,
        )

    def evidence(self, row: int) -> dict[str, float]:
        """One user's features by name, and the log price over the 7-day average."""
        [features] = self.question.part([row]).features().tolist()
        named = dict(zip(FEATURE_NAMES, features, strict=True))
        return named | {"log_price_over_week": float(self.question.x[row]) - self.market.ewma_7d}


@dataclass(frozen=True, slots=True)
class EvaluateUsers:
    """Evaluates users at one price: one read of summaries, one question, one call of the model."""

    summaries: Summaries
    scorer: Scorer

    def __call__(self, pair: Pair, user_ids: Sequence[str], market: MarketState, x: float) -> Evaluations:
        """Evaluate users of a pair; a user without transactions is asked about as a newcomer.

        Args:
            pair: the pair.
            user_ids: whom to evaluate, at least one.
            market: the market to evaluate in; "days since" features count up to its `as_of`.
            x: log mid to evaluate at: `market.log_mid`, or a price that the market state has not followed yet.

        Raises:
            ScorerUnavailable: the model did not answer.
            InvalidModel: its answer does not fit.
        """
        known = self.summaries.get_many(pair, user_ids)
        rows = [known.get(user_id, NEWCOMER) for user_id in user_ids]
        seen = view(market)
        asked = question(
            stack(BehaviourSummary[Array], rows),
            stack(MarketView[Array], [seen]),
            at=np.array([market.as_of]),
            x=np.array([x]),
        )
        return Evaluations(user_ids, rows, asked, self.scorer.score(asked), seen)
