"""From which probability on the model says BUY or SELL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import precision_recall_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

BETA = 0.5
"""Weight of recall against precision in the criterion: a message nobody wanted costs more than one not sent."""


def best_threshold(p: NDArray[np.float64], happened: NDArray[Any]) -> float:
    """The probability that, as threshold, gives the largest F-beta on these rows; the highest of equals.

    Raises:
        ValueError: it never happened in these rows.
    """
    if not happened.any():
        raise ValueError("no threshold can be chosen on rows where it never happened")
    precision, recall, thresholds = precision_recall_curve(happened, p)
    with np.errstate(invalid="ignore"):
        score = (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)
    score = np.nan_to_num(score[:-1])
    return float(thresholds[len(score) - 1 - int(np.argmax(score[::-1]))])
