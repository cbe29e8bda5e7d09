"""A made history of people who trade when the price is far from their cost, and of what telling them does to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.features import FEATURE_NAMES
from model.matrix import Part, TrainingMatrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROPENSITY = 0.8
EFFECT = 3.0
"""How many times as likely a told side is done."""


def matrix_of(features: NDArray[np.float32], labels: NDArray[np.int8]) -> TrainingMatrix:
    """Rows on 100 days, cut into the parts one after the other."""
    n = len(labels)
    return TrainingMatrix.of_calendar(
        features=features,
        labels=labels,
        parts=(np.arange(n) * len(Part) // n).astype(np.int8),
        users=(np.arange(n) % 97).astype(np.int32),
        at=86_400 * (np.arange(n) * 100 // n).astype(np.int64),
        feature_names=FEATURE_NAMES,
    )


def prompted(rows: int, seed: int = 0) -> tuple[TrainingMatrix, NDArray[np.float64]]:
    """Rows of whom most that are far from their cost were told, and everybody's probabilities when untold, (n, 3)."""
    chances = np.random.default_rng(seed)
    features = np.zeros((rows, len(FEATURE_NAMES)), dtype=np.float32)
    over = chances.uniform(-0.1, 0.1, rows)
    features[:, FEATURE_NAMES.index("log_price_over_cost")] = over
    buy, sell = (0.02 + 0.18 * (over < -0.05)), (0.02 + 0.18 * (over > 0.05))
    suggested = np.select([over < -0.05, over > 0.05], [1, 2], 0).astype(np.int8)
    told = (suggested > 0) & (chances.random(rows) < PROPENSITY)
    p_buy = buy * np.where(told & (suggested == 1), EFFECT, 1.0)
    p_sell = sell * np.where(told & (suggested == 2), EFFECT, 1.0)
    u = chances.random(rows)
    labels = np.select([u < p_buy, u > 1.0 - p_sell], [1, 2], 0).astype(np.int8)
    matrix = replace(
        matrix_of(features, labels),
        suggested=suggested,
        told=told,
        propensities=np.where(suggested > 0, PROPENSITY, np.nan).astype(np.float32),
    )
    return matrix, np.column_stack([1.0 - buy - sell, buy, sell])
