"""Is there a model of the effect of a message that is worth using? Learned before, judged after and on other people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from model.effect import Learner, input_names
from model.matrix import Part
from model.uplift.learners import learn
from model.uplift.qini import bootstrapped, gains, qini_curve
from model.uplift.trials import trials_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.effect import UpliftModel
    from model.matrix import TrainingMatrix
    from model.uplift.trials import Respond, Trials

LEARNER: Final = Learner.X
"""The one that is used; the other is measured beside it. It is chosen here and not by the figures of one data set."""
LEAST_TO_LEARN, LEAST_TO_JUDGE = 500, 100
"""Trials that each arm must have. See docs/uplift.md for what was found with more and with fewer."""
DRAWS: Final = 500
"""Samples of the bootstrap."""
TOO_LITTLE: Final = "too little holdout data"
_CI = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class UpliftResult:
    """A model of the effect and what it was found to be worth.

    Attributes:
        model: the model.
        report: what metrics and metadata say of it: `learner`, `inputs`, `effect` (of a message, on average), `qini`
            with `ci95`, `response_qini` (of ranking by the response model's probability), `advantage` (the first minus
            the second) with `advantage_ci95`, `t_learner_qini`, `wins`, and by `learn` and `judge` the `rows`, those
            `held_out`, and the `users`.
    """

    model: UpliftModel
    report: dict[str, Any]

    @property
    def wins(self) -> bool:
        """Whether its lower bounds lie over telling at random and over the response model's order."""
        return bool(self.report["wins"])


def fit_uplift(matrix: TrainingMatrix, respond: Respond, *, seed: int = 0) -> UpliftResult | str:
    """Learn the effect from the trials of all parts but TEST, and judge it by those of TEST.

    Args:
        matrix: rows of user × moment, with what was suggested, told and held out.
        respond: the response model, which learned from nobody of TEST; it is asked about TEST alone, since of the other
            parts it remembers who was held out.
        seed: of trees and bootstrap; the same matrix and seed give the same result.

    Returns:
        The result; or, in words, why there is too little to learn from or to judge by.
    """
    judging = matrix.part(Part.TEST)
    to_learn, to_judge = (trials_of(matrix, rows, respond) for rows in (~judging, judging))
    for trials, least, what in ((to_learn, LEAST_TO_LEARN, "learn from"), (to_judge, LEAST_TO_JUDGE, "judge by")):
        if (problem := _too_little(trials, least, what)) is not None:
            return problem
    models = {learner: learn(to_learn, learner, seed=seed) for learner in Learner}
    scores = {learner: model.effect(to_judge.inputs) for learner, model in models.items()}
    model = models[LEARNER]
    report = {
        "learner": LEARNER.value,
        "inputs": list(input_names(matrix.feature_names)),
        **_judged(to_judge, scores[LEARNER], scores[Learner.T], seed),
        "rows": {"learn": len(to_learn.told), "judge": len(to_judge.told)},
        "held_out": {"learn": int((~to_learn.told).sum()), "judge": int((~to_judge.told).sum())},
        "users": {"learn": len(np.unique(to_learn.users)), "judge": len(np.unique(to_judge.users))},
    }
    return UpliftResult(model, report)


def reported(found: UpliftResult | str) -> dict[str, Any]:
    """What metrics.json says: the report, or that it does not `win` and why it was `refused`."""
    return {"wins": False, "refused": found} if isinstance(found, str) else found.report


def winner_of(found: UpliftResult | str) -> UpliftResult | None:
    """The result that is worth using; None when there is none."""
    return found if isinstance(found, UpliftResult) and found.wins else None


def _too_little(trials: Trials, least: int, what: str) -> str | None:
    """What is missing, in words; None when nothing is."""
    for name, arm in (("told", trials.told), ("held out", ~trials.told)):
        if arm.sum() < least:
            return (
                f"too little holdout data: {int(arm.sum())} suggestions {name} to {what}, at least {least} are needed"
            )
        followed = int(trials.followed[arm].sum())
        if followed in (0, int(arm.sum())):
            return f"too little holdout data: of the {name} to {what} {'all' if followed else 'nobody'} followed"
    return None


def _judged(trials: Trials, effect: NDArray[np.float64], other: NDArray[np.float64], seed: int) -> dict[str, Any]:
    gained = gains(trials.followed, trials.told, trials.propensity, trials.expected)
    ranked = (effect, trials.expected, other)
    qini, response, t_learner = (qini_curve(score, gained, trials.weights).coefficient for score in ranked)
    found = bootstrapped(ranked[:2], gained, trials.users, trials.weights, draws=DRAWS, seed=seed)
    ci95, advantage_ci95 = (np.percentile(values, _CI).tolist() for values in (found[:, 0], found[:, 0] - found[:, 1]))
    return {
        "effect": float(np.average(gained, weights=trials.weights)),
        "qini": qini,
        "ci95": ci95,
        "response_qini": response,
        "advantage": qini - response,
        "advantage_ci95": advantage_ci95,
        "t_learner_qini": t_learner,
        "wins": ci95[0] > 0.0 and advantage_ci95[0] > 0.0,
    }
