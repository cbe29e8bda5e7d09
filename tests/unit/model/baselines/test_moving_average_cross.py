from __future__ import annotations

import numpy as np
import pytest

from divisa.domain.features import FEATURE_NAMES
from model.baselines.moving_average_cross import fit_moving_average_cross
from tests.unit.model.baselines.builders import features, rows_of

ROWS = 20_000


@pytest.mark.parametrize("trend", ["trend_short", "trend_long"])
@pytest.mark.parametrize("buys_above", [True, False])
def test_the_pair_of_averages_and_the_direction_are_found(trend: str, buys_above: bool) -> None:
    chances = np.random.default_rng(0)
    trends = {name: chances.normal(size=ROWS) for name in ("trend_short", "trend_long")}
    made = features(ROWS, **trends)
    for_buys = (trends[trend] > 0) == buys_above
    u = chances.random(ROWS)
    labels = np.select([u < np.where(for_buys, 0.2, 0.05), u > np.where(for_buys, 0.95, 0.8)], [1, 2], 0)
    rows = rows_of(made, labels)

    found = fit_moving_average_cross(rows, rows, FEATURE_NAMES)

    assert found.chosen == {"trend": trend, "buys_above": buys_above}
    asked = features(2, **{trend: [2.0, -2.0]})
    for_buy, for_sell = found.probabilities(asked) if buys_above else found.probabilities(asked)[::-1]
    assert np.allclose(for_buy, [0.75, 0.2, 0.05], atol=0.02)
    assert np.allclose(for_sell, [0.75, 0.05, 0.2], atol=0.02)
    assert found.scores(asked)[:, 0].tolist() == ([2.0, -2.0] if buys_above else [-2.0, 2.0])
