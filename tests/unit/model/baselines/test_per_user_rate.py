from __future__ import annotations

import numpy as np
import pytest

from divisa.domain.features import FEATURE_NAMES
from model.baselines.per_user_rate import LARGEST_RATE, PerUserRate, fit_per_user_rate
from tests.unit.model.baselines.builders import features, rows_of

RATES = np.array([0.9, 0.06, 0.04])
ACTIVITY, BUY_SHARE = FEATURE_NAMES.index("activity"), FEATURE_NAMES.index("buy_share")


def a_rate(strength: float = 1.0, lean_strength: float = 1.0) -> PerUserRate:
    return PerUserRate(RATES, 3.0, strength, lean_strength, ACTIVITY, BUY_SHARE)


def test_who_is_as_active_as_everybody_and_leans_like_everybody_gets_everybodys_rates() -> None:
    assert np.allclose(a_rate().probabilities(features(1, activity=3.0, buy_share=0.6)), RATES)


def test_a_newcomer_is_drawn_all_the_way_and_leans_like_everybody() -> None:
    p = a_rate(strength=1.0).probabilities(features(1, activity=np.nan, buy_share=np.nan))[0]

    assert 1.0 - p[0] == pytest.approx(0.1 * 1.0 / 4.0)
    assert p[1] / p[2] == pytest.approx(0.06 / 0.04)


def test_a_busy_buyer_is_likelier_to_buy_but_never_certain() -> None:
    busy, very = a_rate().probabilities(features(2, activity=[9.0, 900.0], buy_share=1.0))

    assert busy[1] > RATES[1] > busy[2]
    assert 1.0 - very[0] == pytest.approx(LARGEST_RATE)


def test_where_activity_tells_something_little_strength_is_chosen_and_where_it_tells_nothing_much() -> None:
    chances = np.random.default_rng(0)
    activity = chances.exponential(2.0, 20_000)
    u = chances.random(20_000)
    telling = rows_of(features(20_000, activity=activity, buy_share=0.5), np.where(u < 0.05 * activity, 1, 0))
    telling.labels[u > 0.999] = 2
    silent = rows_of(features(20_000, activity=activity, buy_share=0.5), np.where(u < 0.1, 1, 0))
    silent.labels[u > 0.999] = 2

    assert fit_per_user_rate(telling, FEATURE_NAMES).strength <= 0.3
    assert fit_per_user_rate(silent, FEATURE_NAMES).strength == 30.0
