"""A model whose rule is known: it tells everybody to sell 3 % above their cost and to buy 3 % below it.

It is trained and served by the project's own code, so a test that names a cost and a price knows who is told what.
Whatever is asked, it has seen the like, so that everybody is inside of its range.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.features import FEATURE_NAMES
from model.matrix import Part, TrainingMatrix, write_matrix
from model.package import pack
from model.pipeline import run_training_job

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 4000
FARTHEST = 1e6
"""Beyond any feature, either way."""


def make_rule_model(folder: Path, *, seed: int = 3) -> Path:
    """Train the rule and pack it; returns the artefact. Another seed makes another version, of the same rule."""
    rng = np.random.default_rng(seed)
    over_cost = rng.uniform(-0.1, 0.1, ROWS)
    features = np.zeros((ROWS, len(FEATURE_NAMES)), dtype=np.float32)  # what is constant can split no tree
    features[:, FEATURE_NAMES.index("log_price_over_cost")] = over_cost
    for row, everything in enumerate((-FARTHEST, FARTHEST, np.nan)):  # rows too few for a leaf: they split no tree
        features[row], over_cost[row] = everything, everything
    labels = np.select([over_cost > log(1.03), over_cost < log(0.97)], [2, 1], 0).astype(np.int8)
    matrix = TrainingMatrix.of_calendar(
        features=features,
        labels=labels,
        parts=np.repeat(np.array(Part, dtype=np.int8), ROWS // len(Part)),
        users=np.arange(ROWS, dtype=np.int32),
        at=np.arange(ROWS, dtype=np.int64),
        feature_names=FEATURE_NAMES,
    )
    write_matrix(matrix, folder / "train")
    run_training_job(folder, {"max_features": 1.0, "max_iter": 20, "learning_rate": 0.5, "min_samples_leaf": 10})
    artefact = folder / "model.tar.gz"
    pack(folder / "model", artefact)
    return artefact
