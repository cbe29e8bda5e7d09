"""Ask the model about many users at one price: what it says, and until which price that stays true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.bands import Band
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.evaluation import Decision, Evaluation, known_effect
from divisa.domain.features import FEATURE_NAMES, Question, question
from divisa.domain.market import MarketView, view

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from divisa.domain.market import MarketState
    from divisa.domain.pair import Pair
    from divisa.ports import Scorer, Scores, Summaries

_DECISIONS = tuple(Decision)


@dataclass(frozen=True, slots=True)
class Evaluations:
    """The model's answers for n users at one price.

    Attributes:
        user_ids: whom they are about, n of them.
        summaries: the state that they were evaluated with, in the same order.
        question: what the model was asked.
        features: what that is in features, float32, shape (n, len(FEATURE_NAMES)).
        scores: what it answered.
        market: the market that all share.
    """

    user_ids: Sequence[str]
    summaries: Sequence[BehaviourSummary[float]]
    question: Question
    features: NDArray[np.float32]
    scores: Scores
    market: MarketView[float]

    def of(self, row: int) -> Evaluation:
        """One user's answer."""
        return next(self._from(row, row + 1))

    def each(self) -> Iterator[Evaluation]:
        """Every user's answer, in order."""
        return self._from(0, len(self.user_ids))

    def evidence(self, row: int) -> dict[str, float]:
        """One user's features by name, and the log price over the 7-day average."""
        named = dict(zip(FEATURE_NAMES, self.features[row].tolist(), strict=True))
        return named | {"log_price_over_week": float(self.question.x[row]) - self.market.ewma_7d}

    def _from(self, start: int, end: int) -> Iterator[Evaluation]:
        rows, scores = slice(start, end), self.scores
        decided = scores.decisions[rows]
        columns = (
            decided,
            scores.lower[rows],
            scores.upper[rows],
            scores.reach_lower[rows],
            scores.reach_upper[rows],
            scores.quiet_lower[rows],
            scores.quiet_upper[rows],
            np.take_along_axis(scores.probabilities[rows], decided[:, None].astype(np.intp), axis=1)[:, 0],
            scores.inside[rows],
            scores.effects[rows],
        )
        for user_id, decision, lower, upper, first, last, low, high, propensity, inside, effect in zip(
            self.user_ids[rows], *(column.tolist() for column in columns), strict=True
        ):
            band = Band(lower, upper)
            yield Evaluation(
                user_id=user_id,
                decision=_DECISIONS[decision],
                band=band,
                reach=Band(first, last) if decision else band,
                quiet=Band(low, high) if decision else band,
                propensity=propensity,
                inside=inside,
                model_version=scores.model_version,
                effect=known_effect(effect),
            )


@dataclass(frozen=True, slots=True)
class EvaluateUsers:
    """Evaluates users at one price, with one read of summaries and one question."""

    summaries: Summaries
    scorer: Scorer

    def __call__(
        self, pair: Pair, user_ids: Sequence[str], market: MarketState, x: float, margin: float | None = None
    ) -> Evaluations:
        """Evaluate users of a pair; a user without transactions is asked about as a newcomer.

        Args:
            pair: the pair.
            user_ids: whom to evaluate, at least one.
            market: the market to evaluate in; "days since" features count up to its `as_of`.
            x: log mid to evaluate at: `market.log_mid`, or a price that the market state has not followed yet.
            margin: log price; HOLD for less than this does not part a side in two. None asks about this price alone:
                reach and quiet are then the bands.

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
            margin=np.nan if margin is None else margin,
        )
        return Evaluations(user_ids, rows, asked, asked.features(), self.scorer.score(asked), seen)
