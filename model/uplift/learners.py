"""Models of the effect of a message, made of the same trees as the model of the response.

The T-learner fits the probability of following once on who was told and once on who was not, and takes the difference.
The X-learner goes on from there: what each trial says of its own effect, by the other arm's model, is what two
regressions learn, and their answers are weighed by the share that is told (S. R. Künzel, J. S. Sekhon, P. J. Bickel and
B. Yu, "Metalearners for estimating heterogeneous treatment effects using machine learning", PNAS 116(10), 2019,
4156–4165). With few held out it loses less: the small arm's model is not half of its answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from model.effect import Learner, UpliftModel, follows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.uplift.trials import Trials


TREES: Final = {
    "max_iter": 60,
    "learning_rate": 0.05,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 40,
    "l2_regularization": 10.0,
    "early_stopping": False,
}
"""Of each part: small trees, since an arm has few rows and an effect is smaller than a response."""


def learn(trials: Trials, learner: Learner, *, seed: int) -> UpliftModel:
    """Fit a learner; the same trials and seed give the same model.

    Args:
        trials: with some who followed and some who did not, in both arms.
        learner: which to fit.
        seed: of the trees.
    """
    told, untold = trials.where(trials.told), trials.where(~trials.told)
    by_told, by_untold = (_classifier(arm, seed) for arm in (told, untold))
    share = float(np.average(trials.propensity, weights=trials.weights))
    if learner is Learner.T:
        return UpliftModel(learner, by_told, by_untold, share)
    of_told = _regression(told, told.followed - follows(by_untold, told.inputs), seed)
    of_untold = _regression(untold, follows(by_told, untold.inputs) - untold.followed, seed)
    return UpliftModel(learner, of_told, of_untold, share)


def _classifier(arm: Trials, seed: int) -> HistGradientBoostingClassifier:
    # One over the probability of its arm: the effect is learned for everybody, not for who was more likely told.
    weights = arm.weights / np.where(arm.told, arm.propensity, 1.0 - arm.propensity)
    model = HistGradientBoostingClassifier(**TREES, random_state=seed)
    return model.fit(_cuttable(arm.inputs), arm.followed, sample_weight=_unless_alike(weights))


def _regression(arm: Trials, effect: NDArray[np.float64], seed: int) -> HistGradientBoostingRegressor:
    model = HistGradientBoostingRegressor(**TREES, random_state=seed)
    return model.fit(_cuttable(arm.inputs), effect, sample_weight=_unless_alike(arm.weights))


def _unless_alike(weights: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Weights of mean 1; None when all are alike, since the bins of weighted rows take far longer to find."""
    return None if np.ptp(weights) == 0.0 else weights / weights.mean()


def _cuttable(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """What nobody has ever known cannot be cut into bins; a constant can, and splits nothing."""
    return np.where(np.isnan(inputs).all(axis=0), np.float32(0.0), inputs)
