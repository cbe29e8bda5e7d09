"""Explain one user's watch: what the model says now, what it would say beyond the band, and what weighs most in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from divisa.domain.errors import InvalidInput, ScorerUnavailable, UnknownPair
from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_NAMES, PRICE_FEATURE_NAMES, Question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from divisa.domain.bands import Band
    from divisa.domain.evaluation import Watch
    from divisa.domain.market import MarketView
    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote
    from divisa.ports import Markets, Scores, Watches
    from divisa.services.evaluate_users import EvaluateUsers

SAMPLE: Final = 50
"""Other values that each feature is tried with: the weights' sampling error is then about a seventh of their spread."""
POOL: Final = 1000
"""Watches that the sample is chosen from; more are not read."""
TOP: Final = 3
"""Features that are named."""
MARKET_LINES: Final = frozenset({"z_1h", "z_1d", "z_7d", "z_30d", "range_position"})
"""Price features that are the same for everybody: instead of other users' they take what they were at other prices."""
MARKET_MOOD: Final = frozenset({"volatility", "trend_short", "trend_long"})
"""State features that are the same for everybody: nothing that is known now could stand for them, so no weight."""
_LEAST_PROBABILITY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says about the user at one log price.

    Attributes:
        x: the log price.
        decision: HOLD, BUY or SELL.
        probabilities: by decision; they sum to 1.
    """

    x: float
    decision: Decision
    probabilities: dict[Decision, float]


@dataclass(frozen=True, slots=True)
class Weight:
    """How much one feature speaks for the decision.

    Attributes:
        feature: its name.
        value: the user's; NaN where it is not known.
        weight: by how much the log-odds of the decision fall, on average, when the feature takes others' values;
            negative when it speaks against the decision.
    """

    feature: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """One user and pair at the newest price.

    Attributes:
        watch: what is remembered of the user.
        quote: the newest quote of the pair.
        now: what the model says at its mid.
        band: the log prices around it at which the model says the same, in today's market.
        below, above: what it says at the next log price outside the band; None where the band has no end.
        model_version: which model says so.
        weights: the features that weigh most, the heaviest first; those without any weight are left out.
        others: how many other users the features were compared with.
    """

    watch: Watch
    quote: Quote
    now: Said
    band: Band
    below: Said | None
    above: Said | None
    model_version: str
    weights: tuple[Weight, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Explain:
    """Explains the watches of the pairs that a deployment serves; writes nothing.

    The weights are those of Robnik-Šikonja and Kononenko, "Explaining Classifications for Individual Instances" (IEEE
    TKDE 20(5), 2008): the weight of evidence that is lost when one feature at a time is replaced by what it is for
    others; Breiman's permutation importance ("Random Forests", Machine Learning 45, 2001) for one row. Of two features
    that say the same, each alone seems light; Štrumbelj and Kononenko, "An Efficient Explanation of Individual
    Classifications using Game Theory" (JMLR 11, 2010) share it out, at the price of all orders of the features.
    """

    pairs: frozenset[Pair]
    markets: Markets
    watches: Watches
    evaluate: EvaluateUsers

    def __call__(self, user_id: str, pair: Pair) -> Explanation:
        """Explain what the model says about a user at the newest price of a pair.

        Raises:
            UnknownPair: the pair is not served.
            InvalidInput: nobody watches the pair for this user, or no price has come in yet.
            ScorerUnavailable: the model did not answer, or another one took its place meanwhile.
            InvalidModel: its answer does not fit.
            StoreUnavailable: a table did not answer.
        """
        watch = self._watch(user_id, pair)
        record = self.markets.load(pair)
        if record.quote is None or record.market is None:
            raise InvalidInput(f"no price of {pair} has come in yet")
        others = self._others(user_id, pair)
        evaluations = self.evaluate(pair, [user_id, *others], record.market, record.quote.log_mid)
        evaluation = evaluations.of(0)
        tried = variants(evaluations.question, evaluations.market)
        outside = _outside(evaluations.question, evaluation.band)
        scores = self.evaluate.scorer.score(joined([outside, *tried.values()]))
        if scores.model_version != evaluation.model_version:
            raise ScorerUnavailable("the model changed while it was asked")
        edges = iter(_said(scores, outside.x, row) for row in range(len(outside.x)))
        return Explanation(
            watch=watch,
            quote=record.quote,
            now=_said(evaluations.scores, evaluations.question.x, 0),
            band=evaluation.band,
            below=next(edges) if np.isfinite(evaluation.band.lower) else None,
            above=next(edges) if np.isfinite(evaluation.band.upper) else None,
            model_version=evaluation.model_version,
            weights=heaviest(
                evaluation.decision,
                evaluations.scores.probabilities[0, evaluation.decision],
                evaluations.evidence(0),
                tried,
                scores.probabilities[len(outside.x) :],
            ),
            others=len(others),
        )

    def _watch(self, user_id: str, pair: Pair) -> Watch:
        if pair not in self.pairs:
            raise UnknownPair(f"{pair} is not served here, but {_listed(self.pairs)}")
        watch = self.watches.get_many(pair, [user_id]).get(user_id)
        if watch is not None:
            return watch
        elsewhere = [other for other in sorted(self.pairs) if self.watches.get_many(other, [user_id])]
        if elsewhere:
            raise InvalidInput(f"{user_id} has no watch on {pair}, but on {_listed(elsewhere)}")
        raise InvalidInput(f"there is no user {user_id} with a watch on {_listed(self.pairs)}")

    def _others(self, user_id: str, pair: Pair) -> list[str]:
        """Users to compare with, the same at every call: those of the first watches whose hash comes first."""
        pool: list[str] = []
        for page in self.watches.of_pair(pair):
            pool += [watch.user_id for watch in page if watch.user_id != user_id]
            if len(pool) >= POOL:
                break
        return sorted(pool[:POOL], key=lambda each: hashlib.sha256(each.encode()).digest())[:SAMPLE]


def _listed(pairs: frozenset[Pair] | list[Pair]) -> str:
    return " or ".join(str(pair) for pair in sorted(pairs))


def _said(scores: Scores, x: NDArray[np.float64], row: int) -> Said:
    probabilities = scores.probabilities[row].tolist()
    return Said(float(x[row]), Decision(int(scores.decisions[row])), dict(zip(Decision, probabilities, strict=True)))


def _outside(question: Question, band: Band) -> Question:
    """The user of row 0 at the next log prices outside a band, below first; no row where the band has no end."""
    beyond = np.array([np.nextafter(band.lower, -np.inf), band.upper])
    beyond = beyond[np.isfinite([band.lower, band.upper])]
    return question.part([0] * len(beyond)).at(beyond)


def variants(question: Question, market: MarketView[float]) -> dict[str, Question]:
    """The user of row 0 with one feature changed, by its name: a row for each other value that it is tried with."""
    variants = {}
    for column, feature in enumerate(FEATURE_NAMES):
        if feature in MARKET_LINES:
            rows = question.part([0] * SAMPLE)
            # A line moved sideways is what the feature was at another price, while all others stay where they are.
            elsewhere = market.low + (market.high - market.low) * (np.arange(SAMPLE) + 0.5) / SAMPLE
            rows.intercept[:, column] += rows.slope[:, column] * (elsewhere - rows.x)
        elif feature in MARKET_MOOD or len(question.x) == 1:
            continue
        else:
            rows = question.part([0] * (len(question.x) - 1))
            if column < len(PRICE_FEATURE_NAMES):
                rows.slope[:, column] = question.slope[1:, column]
                rows.intercept[:, column] = question.intercept[1:, column]
            else:
                state = column - len(PRICE_FEATURE_NAMES)
                rows.state[:, state] = question.state[1:, state]
        variants[feature] = rows
    return variants


def joined(questions: Sequence[Question]) -> Question:
    """The users of several questions in one, in their order."""
    return Question(*(np.concatenate(columns) for columns in zip(*questions, strict=True)))


def heaviest(
    decision: Decision,
    probability: float,
    values: Mapping[str, float],
    tried: Mapping[str, Question],
    probabilities: NDArray[np.float64],
) -> tuple[Weight, ...]:
    """The features that weigh most, TOP of them at most, the heaviest first.

    Args:
        decision: what the model says of the user.
        probability: that the user does so.
        values: the user's features by name.
        tried: what each feature was tried with, from `variants`.
        probabilities: what the model says of those, in their order, shape (n, 3).
    """
    here = _log_odds(np.float64(probability))
    log_odds = _log_odds(probabilities[:, decision])
    weights, start = [], 0
    for feature, rows in tried.items():
        end = start + len(rows.x)
        weights.append(Weight(feature, values[feature], float(np.mean(here - log_odds[start:end]))))
        start = end
    weights.sort(key=lambda each: -abs(each.weight))
    return tuple(each for each in weights[:TOP] if each.weight)


def _log_odds(probability: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    bounded = np.clip(probability, _LEAST_PROBABILITY, 1.0 - _LEAST_PROBABILITY)
    return np.asarray(np.log(bounded / (1.0 - bounded)))
