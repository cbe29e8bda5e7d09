"""A small model of the real kind: quickly fitted, packed as the endpoint takes it, and questions that it knows."""

from __future__ import annotations

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier

import model
from divisa.domain.features import FEATURE_HASH, FEATURE_NAMES, PRICE_FEATURE_NAMES, QUESTION_NAMES, Question
from model.bands import ranges_of
from model.inference import CLASSES
from model.package import SERVING_CODE, pack

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = "v7"
TEMPERATURE = 1.5
THRESHOLDS = (0.4, 0.3)
PRICE, STATE = len(PRICE_FEATURE_NAMES), len(FEATURE_NAMES) - len(PRICE_FEATURE_NAMES)
LEVEL = 2.83
"""The log price that questions are about."""


@cache
def fitted() -> HistGradientBoostingClassifier:
    """Buys below and sells above, according to three price features and one other, with values missing."""
    features, labels = _rows()
    classifier = HistGradientBoostingClassifier(early_stopping=False, random_state=0, max_iter=10)
    classifier.fit(features, labels)
    return classifier


def ranges() -> dict[str, dict[str, Any]]:
    """What it has seen, as its artefact says it."""
    return ranges_of(_rows()[0], FEATURE_NAMES)


def _rows() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """What it learned from: features and labels."""
    chances = np.random.default_rng(0)
    features = chances.normal(size=(2000, PRICE + STATE)).astype(np.float32)
    pull = 2.0 * features[:, 0] - features[:, 2] + features[:, 3] * np.sin(3.0 * features[:, PRICE])
    features[chances.random(features.shape) < 0.1] = np.nan
    return features, np.where(pull < -1.0, 1, np.where(pull > 1.0, 2, 0))


def question(users: int, seed: int = 7) -> Question:
    """Users around the level, some of whose features are not known, asked about with and without a margin."""
    chances = np.random.default_rng(seed)
    x = chances.normal(LEVEL, 0.02, users)
    slope = np.exp(chances.normal(3.0, 0.5, size=(users, PRICE)))
    intercept = chances.normal(size=slope.shape) - slope * LEVEL
    intercept[chances.random(slope.shape) < 0.1] = np.nan
    state: NDArray[np.float32] = chances.normal(size=(users, STATE)).astype(np.float32)
    state[chances.random(state.shape) < 0.1] = np.nan
    margin = chances.choice([np.nan, 0.0, 0.002, 0.02], users)
    return Question(x, slope, intercept, state, margin)


def write_artefact(artefact: Path) -> Path:
    """Pack the model as training does."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        joblib.dump(fitted(), folder / "model.joblib")
        metadata = {
            "model_version": VERSION,
            "versions": {"sklearn": sklearn.__version__},
            "classes": CLASSES,
            "feature_names": FEATURE_NAMES,
            "feature_hash": FEATURE_HASH,
            "feature_ranges": ranges(),
            "question_names": QUESTION_NAMES,
            "temperature": TEMPERATURE,
            "thresholds": dict(zip(CLASSES[1:], THRESHOLDS, strict=True)),
        }
        (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
        for name in SERVING_CODE:
            (folder / "code" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(model.__file__).parent / name, folder / "code" / name)
        pack(folder, artefact)
    return artefact
