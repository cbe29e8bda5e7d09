"""Rows of which a test names the few features that matter; the others are 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.features import FEATURE_NAMES
from model.baselines.baseline import Rows

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def features(rows: int, **columns: ArrayLike) -> NDArray[np.float32]:
    """float32, shape (rows, 24)."""
    made = np.zeros((rows, len(FEATURE_NAMES)), dtype=np.float32)
    for name, values in columns.items():
        made[:, FEATURE_NAMES.index(name)] = values
    return made


def rows_of(made: NDArray[np.float32], labels: ArrayLike, weights: ArrayLike = 1.0) -> Rows:
    """Rows to fit on."""
    happened = np.asarray(labels, dtype=np.int8)
    return Rows(made, happened, np.array(np.broadcast_to(weights, happened.shape), dtype=np.float64))
