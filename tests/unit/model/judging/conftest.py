"""Rows that the small model of tests was made for, of users of several kinds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from divisa.domain.features import FEATURE_NAMES
from model.bands import ranges_of
from model.judging.judged import JudgedModel
from model.matrix import Part, TrainingMatrix
from tests.small_model import TEMPERATURE, THRESHOLDS, fitted

ROWS = 1200


@pytest.fixture(scope="package")
def rows() -> TrainingMatrix:
    """Rows of forty users, half of whom judge; labels are what the small model says, by chance."""
    chances = np.random.default_rng(4)
    features = chances.normal(size=(ROWS, len(FEATURE_NAMES))).astype(np.float32)
    features[:, FEATURE_NAMES.index("activity")] = chances.uniform(0.0, 6.0, ROWS)
    users = (np.arange(ROWS) % 40).astype(np.int32)
    parts = np.where(users < 20, Part.FIT, Part.TEST).astype(np.int8)
    plain = TrainingMatrix.of_calendar(
        features, np.zeros(ROWS, dtype=np.int8), parts, users, np.arange(ROWS, dtype=np.int64), FEATURE_NAMES
    )
    p = small_model(plain).probabilities(features)
    labels = (chances.random((ROWS, 1)) > p.cumsum(axis=1)).sum(axis=1).clip(0, 2).astype(np.int8)
    return replace(
        plain,
        labels=labels,
        trades=(np.arange(ROWS) % 11).astype(np.int32),
        pairs=(users % 2).astype(np.int16),
        pair_names=("USD/BRL", "USD/MXN"),
        groups=np.where(users % 4 == 3, -1, users % 4).astype(np.int16),
        group_names=("contrarian", "dormant", "saver"),
        oracle=p[:, 1:],
    )


def small_model(matrix: TrainingMatrix) -> JudgedModel:
    ranges = ranges_of(matrix.features, FEATURE_NAMES)
    return JudgedModel(fitted(), TEMPERATURE, THRESHOLDS, {"feature_ranges": ranges})


@pytest.fixture(scope="package")
def judged(rows: TrainingMatrix) -> JudgedModel:
    return small_model(rows)
