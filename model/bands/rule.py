"""What the model says, given its raw scores: probabilities and a decision, in numpy's own arithmetic."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


def probabilities(raw: Floats, temperature: float) -> Floats:
    """Calibrated probabilities from raw scores, both of shape (n, 3): the softmax of the scores over a temperature.

    >>> probabilities(np.zeros((1, 3)), 2.0).round(3).tolist()
    [[0.333, 0.333, 0.333]]
    """
    scaled = raw / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def decide(p: Floats, thresholds: tuple[float, float]) -> NDArray[np.int8]:
    """Class indices, shape (n,): the side that is furthest over its threshold by ratio (a tie is BUY), else HOLD.

    >>> decide(np.array([[0.5, 0.2, 0.3], [0.8, 0.1, 0.1]]), (0.2, 0.2)).tolist()
    [2, 0]
    """
    buy, sell = p[:, 1] / thresholds[0], p[:, 2] / thresholds[1]
    side = np.where(buy >= sell, 1, 2)
    return np.where(np.maximum(buy, sell) >= 1.0, side, 0).astype(np.int8)
