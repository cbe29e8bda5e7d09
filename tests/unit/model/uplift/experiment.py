"""People of whom it is known what a message does to them, as a training matrix."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from model.matrix import Part, TrainingMatrix

NAMES = ("keenness", "listens", "noise")
SENT = 0.7


def experiment(*, effect: float, listeners: float = 0.5, users: int = 800, seed: int = 1) -> TrainingMatrix:
    """Trials of users, eight each, half of them in TEST; a message adds `effect` to who listens, nothing to others.

    Who is keen, first feature, trades anyway; who listens, second feature, is the less keen half. So the response
    model's order is the wrong way round.
    """
    chances = np.random.default_rng(seed)
    n = users * 8
    user = np.repeat(np.arange(users, dtype=np.int32), 8)
    keenness = chances.random(n)
    listens = (keenness < listeners).astype(np.float64)
    told = chances.random(n) < SENT
    side = chances.integers(1, 3, size=n).astype(np.int8)
    followed = chances.random(n) < responds(keenness) + effect * listens * told
    matrix = TrainingMatrix.of_calendar(
        features=np.column_stack([keenness, listens, chances.normal(size=n)]).astype(np.float32),
        labels=np.where(followed, side, 0).astype(np.int8),
        parts=np.where(user % 2 == 0, Part.FIT, Part.TEST).astype(np.int8),
        users=user,
        at=np.arange(n, dtype=np.int64),
        feature_names=NAMES,
    )
    return replace(matrix, suggested=side, told=told, propensities=np.full(n, SENT, dtype=np.float32))


def responds(keenness: np.ndarray) -> np.ndarray:
    """How likely they are to do anyway what would be suggested."""
    return 0.1 + 0.4 * np.asarray(keenness, dtype=np.float64)


def response_model(features: np.ndarray) -> np.ndarray:
    """A response model that knows it."""
    p = responds(features[:, 0])
    return np.column_stack([1.0 - p, p, p])
