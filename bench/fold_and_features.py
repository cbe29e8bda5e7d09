"""How many user rows one core folds and turns into features in a second."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench.population import START, market, summaries, trades
from divisa.domain.behaviour import fold
from divisa.domain.features import FEATURE_NAMES, feature_matrix

USERS = 100_000
RUNS = 7


def run() -> dict[str, Any]:
    """Fold one transaction of each user, then build the model's input for all; the best and the median run."""
    before, seen = summaries(USERS), market(USERS)
    newest = list(trades(USERS, rounds=1))[0]
    at = np.array([START.timestamp()])
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        after = fold(before, newest, seen)
        matrix = feature_matrix(after, seen, at, seen.log_mid)
        seconds.append(time.perf_counter() - started)
    return {
        "bench": "fold_and_features",
        "users": USERS,
        "features": len(FEATURE_NAMES),
        "dtype": str(matrix.dtype),
        "rows_per_s": round(USERS / sorted(seconds)[RUNS // 2]),
        "rows_per_s_best": round(USERS / min(seconds)),
    }
