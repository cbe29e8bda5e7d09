"""Models of the real kind, trained by the training job on made rows: an honest one, and those that must not go live."""

from __future__ import annotations

import json
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.domain.features import FEATURE_NAMES
from model.matrix import Part, TrainingMatrix, write_matrix
from model.package import pack
from model.train import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS, USERS = 9_000, 400
LEAKY = "sell_phase"
START = 1_700_000_000


def rows(seed: int = 0) -> TrainingMatrix:
    """Rows in which some features tell something of what users do; a third of them judge."""
    chances = np.random.default_rng(seed)
    features = chances.normal(size=(ROWS, len(FEATURE_NAMES))).astype(np.float32)
    counts = chances.integers(0, 30, ROWS)
    features[:, FEATURE_NAMES.index("log_trades")] = np.log1p(counts)
    features[:, FEATURE_NAMES.index("activity")] = chances.uniform(0.0, 8.0, ROWS)
    pull = 1.2 * features[:, 0] - features[:, 5] + 0.8 * features[:, 14]
    odds = np.exp(np.column_stack([np.full(ROWS, 2.5), -pull, pull]))
    shares = np.cumsum(odds / odds.sum(axis=1, keepdims=True), axis=1)
    labels = (chances.random(ROWS)[:, None] > shares).sum(axis=1).astype(np.int8)
    features[chances.random(features.shape) < 0.05] = np.nan
    features[:, FEATURE_NAMES.index("log_trades")] = np.log1p(counts)
    parts = np.repeat([Part.FIT, Part.CALIBRATE, Part.VALIDATE, Part.TEST], [5000, 800, 800, 2400]).astype(np.int8)
    users = np.where(parts == Part.TEST, USERS, 0) + chances.integers(0, USERS, ROWS)
    made = TrainingMatrix.of_calendar(
        features, labels, parts, users.astype(np.int32), START + 86_400 * np.arange(ROWS), FEATURE_NAMES
    )
    return replace(made, trades=counts.astype(np.int32))


def shuffled(matrix: TrainingMatrix) -> TrainingMatrix:
    """The same with labels that have nothing to do with the features."""
    return replace(matrix, labels=np.random.default_rng(3).permutation(matrix.labels))


def leaking(matrix: TrainingMatrix) -> TrainingMatrix:
    """The same with a feature that is mostly the answer."""
    features, chances = matrix.features.copy(), np.random.default_rng(4)
    noise = chances.normal(0.0, 0.3, len(matrix.labels))
    features[:, FEATURE_NAMES.index(LEAKY)] = matrix.labels + noise
    return replace(matrix, features=features)


def renamed(matrix: TrainingMatrix) -> TrainingMatrix:
    """The same with another feature in the last column, by its name."""
    return replace(matrix, feature_names=(*FEATURE_NAMES[:-1], "moon_phase"))


def reordered(matrix: TrainingMatrix) -> TrainingMatrix:
    """The same with the last two features in another order."""
    *before, last, first = FEATURE_NAMES
    return replace(matrix, feature_names=(*before, first, last))


def train(matrix: TrainingMatrix, folder: Path, *, seed: int = 0) -> Path:
    """The artefact of the training job on a matrix."""
    write_matrix(matrix, folder / "train")
    main(
        [
            *("--train", str(folder / "train"), "--model-dir", str(folder / "model")),
            *(
                "--output-data-dir",
                str(folder / "output"),
                *("--max-iter", "20", "--learning-rate", "0.2", "--max-leaf-nodes", "8", "--max-features", "0.8"),
                "--random-state",
                str(seed),
            ),
        ]
    )
    pack(folder / "model", folder / "model.tar.gz")
    return folder / "model.tar.gz"


def with_metadata(artefact: Path, out: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of an artefact whose metadata somebody has edited."""
    folder = out.with_suffix(".parts")
    with tarfile.open(artefact) as archive:
        archive.extractall(folder, filter="data")
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    change(metadata)
    (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    pack(folder, out)
    return out
