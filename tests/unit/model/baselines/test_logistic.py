from __future__ import annotations

import numpy as np

from model.baselines.logistic import fit_logistic
from tests.unit.model.baselines.builders import features, rows_of

ROWS = 3_000


def test_it_learns_a_slope_and_what_it_means_that_something_is_missing() -> None:
    chances = np.random.default_rng(0)
    z = chances.normal(size=ROWS)
    level = np.where(chances.random(ROWS) < 0.3, np.nan, 0.5)
    u = chances.random(ROWS)
    sells = np.where(np.isnan(level), 0.4, 0.05)
    labels = np.select([u < 0.3 / (1.0 + np.exp(3.0 * z)), u > 1.0 - sells], [1, 2], 0)

    found = fit_logistic(rows_of(features(ROWS, z_7d=z, sell_level=level), labels))

    low, high, unknown = found.probabilities(features(3, z_7d=[-2, 2, 0], sell_level=[0.5, 0.5, np.nan]))
    assert low[1] > 3.0 * high[1]
    assert unknown[2] > 3.0 * low[2]
    assert np.allclose(low.sum(), 1.0)


def test_weights_count_as_rows_do() -> None:
    labels = np.tile([0, 0, 1, 2], 100)
    weights = np.tile([1.0, 1.0, 4.0, 2.0], 100)

    p = fit_logistic(rows_of(features(400), labels, weights)).probabilities(features(1))[0]

    assert np.allclose(p, [0.25, 0.5, 0.25], atol=0.01)


def test_a_feature_that_nobody_has_ever_had_stops_nothing() -> None:
    labels = np.tile([0, 0, 1, 2], 10)

    p = fit_logistic(rows_of(features(40, gain_share=np.nan), labels)).probabilities(features(2, gain_share=0.5))

    assert np.isfinite(p).all()
