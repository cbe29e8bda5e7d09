"""From which probability on the model says BUY or SELL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import precision_recall_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

BETA = 0.5
"""Weight of recall against precision in the criterion: a message nobody wanted costs more than one not sent."""


def best_thresholds(
    p: NDArray[np.float64], labels: NDArray[Any], weights: NDArray[np.float64] | None = None
) -> tuple[float, float]:
    """The `best_threshold` of BUY and of SELL, given probabilities, shape (n, 3), and what happened, shape (n,)."""
    return best_threshold(p[:, 1], labels == 1, weights), best_threshold(p[:, 2], labels == 2, weights)


def best_threshold(p: NDArray[np.float64], happened: NDArray[Any], weights: NDArray[np.float64] | None = None) -> float:
    """The probability that, as threshold, gives the largest F-beta on these rows; the highest of equals.

    Args:
        p: of one side, shape (n,).
        happened: whether it came true, shape (n,).
        weights: what each row counts, shape (n,); all the same without.

    Raises:
        ValueError: it never happened in these rows.
    """
    if not happened.any():
        raise ValueError("no threshold can be chosen on rows where it never happened")
    precision, recall, thresholds = precision_recall_curve(happened, p, sample_weight=weights)
    with np.errstate(invalid="ignore"):
        score = (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)
    score = np.nan_to_num(score[:-1])
    return float(thresholds[len(score) - 1 - int(np.argmax(score[::-1]))])
