"""The main model: boosted trees, and the one number that calibrates them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator

from model.bands.rule import probabilities
from model.matrix import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from model.matrix import TrainingMatrix

DEFAULTS: Final[Mapping[str, int | float]] = {
    "max_iter": 80,
    "learning_rate": 0.08,
    "max_leaf_nodes": 31,
    "min_samples_leaf": 100,
    "max_features": 0.35,
    "l2_regularization": 5.0,
    "random_state": 0,
}
"""Hyper-parameters of scikit-learn's HistGradientBoostingClassifier, for which nothing else is given."""


def fit(
    matrix: TrainingMatrix, weights: NDArray[np.float64], **hyper_parameters: Any
) -> HistGradientBoostingClassifier:
    """The boosted trees, fitted on the rows of FIT. Their number is fixed: nothing later decides when to stop.

    Args:
        matrix: rows of all parts.
        weights: what each row counts, shape (n,); a row of 0 is left out.
        hyper_parameters: others than the `DEFAULTS`.
    """
    rows = counted(matrix, weights, Part.FIT)
    features = matrix.features[rows]
    # What nobody has ever known (no one sold twice, say) cannot be cut into bins; a constant can, and splits nothing.
    features[:, np.isnan(features).all(axis=0)] = 0.0
    ensemble = HistGradientBoostingClassifier(early_stopping=False, **{**DEFAULTS, **hyper_parameters})
    ensemble.fit(features, matrix.labels[rows], sample_weight=_relative(weights[rows]))
    return ensemble


def fit_temperature(
    ensemble: HistGradientBoostingClassifier, matrix: TrainingMatrix, weights: NDArray[np.float64]
) -> float:
    """The temperature that gives the softmax of the raw scores the least log loss on the rows of CALIBRATE."""
    rows = counted(matrix, weights, Part.CALIBRATE)
    calibrated = CalibratedClassifierCV(FrozenEstimator(ensemble), method="temperature")
    with warnings.catch_warnings():
        # That the weights do not reach the trees, which are fitted already, is what is wanted.
        warnings.filterwarnings("ignore", message="Since FrozenEstimator does not appear to accept sample_weight")
        calibrated.fit(matrix.features[rows], matrix.labels[rows], sample_weight=_relative(weights[rows]))
    return 1.0 / float(calibrated.calibrated_classifiers_[0].calibrators[0].beta_)


def scored(
    ensemble: HistGradientBoostingClassifier, temperature: float, features: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Calibrated probabilities of rows, shape (n, 3)."""
    return probabilities(np.asarray(ensemble.decision_function(features), dtype=np.float64), temperature)


def counted(matrix: TrainingMatrix, weights: NDArray[np.float64], part: Part) -> NDArray[np.bool_]:
    """Mask of the rows of a part that count, shape (n,)."""
    return np.asarray(matrix.part(part) & (weights > 0))


def _relative(weights: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Weights whose mean is 1, so that thinning rows makes no penalty weaker; None when all are the same."""
    return None if not len(weights) or (weights == weights[0]).all() else weights / weights.mean()
