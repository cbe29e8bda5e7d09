"""Ask the model about many users at one price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.evaluation import Decision, Evaluation
from divisa.domain.features import FEATURE_NAMES, feature_matrix
from divisa.domain.market import MarketView, view

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from divisa.domain.market import MarketState
    from divisa.domain.pair import Pair
    from divisa.ports import Scorer, Scores, Summaries


@dataclass(frozen=True, slots=True)
class Evaluations:
    """The model's answers for n users at one price.

    Attributes:
        user_ids: whom they are about, n of them.
        summaries: the state that they were evaluated with, in the same order.
        features: float32, shape (n, k): what the model was asked.
        scores: what it answered.
        market: the market that all share.
    """

    user_ids: Sequence[str]
    summaries: Sequence[BehaviourSummary[float]]
    features: NDArray[np.float32]
    scores: Scores
    market: MarketView[float]

    def of(self, row: int) -> Evaluation:
        """One user's answer."""
        decision = Decision(int(self.scores.decisions[row]))
        return Evaluation(
            user_id=self.user_ids[row],
            decision=decision,
            propensity=float(self.scores.probabilities[row, decision]),
            model_version=self.scores.model_version,
        )

    def evidence(self, row: int) -> dict[str, float]:
        """One user's features by name, and the log price over the 7-day average."""
        named = dict(zip(FEATURE_NAMES, self.features[row].tolist(), strict=True))
        return named | {"log_price_over_week": self.market.log_mid - self.market.ewma_7d}


@dataclass(frozen=True, slots=True)
class EvaluateUsers:
    """Evaluates users at the market's newest price: one read of summaries, one matrix, one call of the model."""

    summaries: Summaries
    scorer: Scorer

    def __call__(self, pair: Pair, user_ids: Sequence[str], market: MarketState, at: datetime) -> Evaluations:
        """Evaluate users of a pair at `market.log_mid`; a user without transactions is asked about as a newcomer.

        Args:
            pair: the pair.
            user_ids: whom to evaluate, at least one.
            market: the market after the quote that is decided on.
            at: event time of that quote, UTC: what "days since" features count from.

        Raises:
            ScorerUnavailable: the model did not answer.
            InvalidModel: its answer does not fit.
        """
        known = self.summaries.get_many(pair, user_ids)
        rows = [known.get(user_id, NEWCOMER) for user_id in user_ids]
        seen = view(market)
        features = feature_matrix(
            stack(BehaviourSummary[Array], rows),
            stack(MarketView[Array], [seen]),
            at=np.array([at.timestamp()]),
            x=np.array([market.log_mid]),
        )
        return Evaluations(user_ids, rows, features, self.scorer.score(features), seen)
