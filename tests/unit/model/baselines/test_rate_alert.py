from __future__ import annotations

import numpy as np
import pytest

from divisa.domain.features import FEATURE_NAMES
from model.baselines.rate_alert import RateAlert, fit_rate_alert
from tests.unit.model.baselines.builders import features, rows_of

ROWS = 20_000


def a_market(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """People who buy 3 % below the 30-day average and sell 3 % above it; volatility varies, costs say nothing."""
    chances = np.random.default_rng(seed)
    volatility = chances.uniform(0.005, 0.02, ROWS)
    distance = chances.uniform(-0.08, 0.08, ROWS)
    made = features(
        ROWS,
        z_30d=distance / volatility,
        volatility=volatility,
        log_price_over_cost=chances.uniform(-0.08, 0.08, ROWS),
    )
    u = chances.random(ROWS)
    labels = np.select([u < np.where(distance < -0.03, 0.3, 0.02), u > np.where(distance > 0.03, 0.7, 0.98)], [1, 2], 0)
    return made, labels


@pytest.fixture(scope="module")
def found() -> RateAlert:
    made, labels = a_market()
    rows = rows_of(made, labels)
    return fit_rate_alert(rows, rows, FEATURE_NAMES)


def test_the_reference_and_the_distance_that_people_go_by_are_found(found: RateAlert) -> None:
    assert found.chosen == {"reference": "z_30d", "step": 0.03}


def test_its_probabilities_are_how_often_it_came_true(found: RateAlert) -> None:
    below, between, above, unknown = found.probabilities(features(4, z_30d=[-4, 0, 4, np.nan], volatility=0.01))

    assert np.allclose(below, [0.68, 0.30, 0.02], atol=0.02)
    assert np.allclose(above, [0.68, 0.02, 0.30], atol=0.02)
    assert np.allclose(between, [0.96, 0.02, 0.02], atol=0.02)
    assert unknown.tolist() == between.tolist(), "without a reference there is no alert"


def test_rows_are_put_in_order_by_distance_since_an_alert_can_be_set_at_any(found: RateAlert) -> None:
    scores = found.scores(features(3, z_30d=[-4, -5, 6], volatility=0.01))

    assert np.argsort(-scores[:, 0]).tolist() == [1, 0, 2]
    assert np.argsort(-scores[:, 1]).tolist() == [2, 0, 1]


def test_the_reference_is_chosen_on_the_second_rows() -> None:
    """The first people went by their cost more than by the average, the second by the average alone."""
    made, labels = a_market()
    cost = made[:, FEATURE_NAMES.index("log_price_over_cost")]
    moved = np.random.default_rng(1).random(ROWS) < 0.6
    both = np.where(moved, np.select([cost < -0.03, cost > 0.03], [1, 2], 0), labels)
    first, second = rows_of(made, both), rows_of(made, labels)

    assert fit_rate_alert(first, first, FEATURE_NAMES).reference == "log_price_over_cost"
    assert fit_rate_alert(first, second, FEATURE_NAMES).reference == "z_30d"
