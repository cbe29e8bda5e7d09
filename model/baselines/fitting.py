"""All baselines, fitted on the rows of a training matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model.baselines.base_rate import fit_base_rate
from model.baselines.baseline import Rows
from model.baselines.logistic import fit_logistic
from model.baselines.moving_average_cross import fit_moving_average_cross
from model.baselines.per_user_rate import fit_per_user_rate
from model.baselines.rate_alert import fit_rate_alert
from model.matrix import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.baselines.baseline import Baseline, Floats
    from model.matrix import TrainingMatrix


def fit_baselines(matrix: TrainingMatrix, weights: Floats) -> dict[str, Baseline]:
    """All baselines by name, fitted on the rows of FIT that count.

    The alert's reference and step and the pair of averages are chosen on FIT and VALIDATE together, since a person
    could have tried them on both.

    Args:
        matrix: rows of all parts.
        weights: what each row counts, shape (n,), of `model.weights`.
    """
    fitted = _rows(matrix, weights, [Part.FIT])
    tried = _rows(matrix, weights, [Part.FIT, Part.VALIDATE])
    names = matrix.feature_names
    return {
        "base_rate": fit_base_rate(fitted),
        "per_user_rate": fit_per_user_rate(fitted, names),
        "logistic": fit_logistic(fitted),
        "rate_alert": fit_rate_alert(fitted, tried, names),
        "moving_average_cross": fit_moving_average_cross(fitted, tried, names),
    }


def _rows(matrix: TrainingMatrix, weights: Floats, parts: Sequence[Part]) -> Rows:
    rows = np.isin(matrix.parts, parts) & (weights > 0)
    return Rows(matrix.features[rows], matrix.labels[rows], weights[rows])
