"""Does the flattened ensemble say what the classifier says? Asked at load, on rows that are hard to get right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .line import cuts_of
from .search import scores
from .trees import UnusableEnsemble
from .users import Users, users_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import HistGradientBoostingClassifier

    from .ensemble import Ensemble

ROWS = 1024
"""Rows that are compared, or more where a feature has more thresholds than half of it."""
SEED = 20240501
MISSING = 0.1
_LINES = 4


def prove(ensemble: Ensemble, classifier: HistGradientBoostingClassifier) -> None:
    """Compare raw scores, to the last bit, on a seeded sample: each bound from both sides, with values missing.

    Raises:
        UnusableEnsemble: a score differs, or a cut is not where the feature crosses its bound.
    """
    users = _sample(ensemble, np.random.default_rng(SEED))
    expected = np.asarray(classifier.decision_function(users.features()), dtype=np.float64)
    if not np.array_equal(scores(ensemble, *users), expected):
        raise UnusableEnsemble("the flattened trees do not say what the classifier says")
    for row in range(_LINES):
        sloped = users._replace(slope=users.slope * (1.0 + 40.0 * row))
        cuts = cuts_of(ensemble, sloped, row)
        if not len(cuts):
            continue
        for x in (cuts, np.nextafter(cuts, -np.inf)):
            line = sloped.at(row, x)
            expected = np.asarray(classifier.decision_function(line.features()), dtype=np.float64)
            if not np.array_equal(scores(ensemble, *line), expected):
                raise UnusableEnsemble("the flattened trees do not cross their thresholds where the classifier does")


def _sample(ensemble: Ensemble, chances: np.random.Generator) -> Users:
    axes = [ensemble.bounds[ensemble.first[f] : ensemble.first[f + 1]] for f in range(ensemble.columns)]
    rows = max(ROWS, 2 * max(len(axis) for axis in axes))
    values = np.column_stack([chances.permutation(np.resize(_neighbours(axis), rows)) for axis in axes])
    values[chances.random(values.shape) < MISSING] = np.nan
    moving, state = np.split(values, [ensemble.price_features], axis=1)
    # With slope 1 at x = 0 a price feature is its intercept, so each can be put where it is wanted.
    return users_of(ensemble, np.zeros(rows), np.ones_like(moving), moving, state)


def _neighbours(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """The float32 values next to each bound, on both its sides."""
    if not len(axis):
        return np.zeros(1)
    near = axis.astype(np.float32)
    above = np.where(near >= axis, near, np.nextafter(near, np.float32(np.inf)))
    return np.concatenate([above, np.nextafter(above, np.float32(-np.inf))]).astype(np.float64)
