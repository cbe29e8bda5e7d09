"""Points of curves, few enough to draw and to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.metrics import precision_recall_curve

from model.evaluate import bins_by_weight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

POINTS: Final = 60
"""Of a precision-recall curve, at equal distances of recall."""


def calibration_curve(p: Floats, happened: NDArray[np.bool_], weights: Floats) -> dict[str, list[float]]:
    """What was `said` and what `happened` on average, and the weight of the rows (`mass`), by bin of calibration."""
    bins = bins_by_weight(p, weights)
    mass = np.bincount(bins, weights=weights)
    there = mass > 0.0
    return {
        "said": (np.bincount(bins, weights=weights * p)[there] / mass[there]).tolist(),
        "happened": (np.bincount(bins, weights=weights * happened)[there] / mass[there]).tolist(),
        "mass": mass[there].tolist(),
    }


def pr_curve(scores: Floats, happened: NDArray[np.bool_], weights: Floats) -> dict[str, list[float]] | None:
    """The best `precision` that is had at a `recall` or more, at growing recalls; None when it never happened."""
    if not happened.any():
        return None
    precision, recall, _ = precision_recall_curve(happened, scores, sample_weight=weights)
    wanted = np.linspace(0.0, 1.0, POINTS + 1)[1:]
    best = np.maximum.accumulate(precision)[::-1]  # recall falls along the arrays of scikit-learn
    first = np.minimum(np.searchsorted(recall[::-1], wanted - 1e-9), len(best) - 1)
    return {"recall": wanted.tolist(), "precision": best[first].tolist()}
