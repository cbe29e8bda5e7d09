from __future__ import annotations

import numpy as np
import pytest

from model.evaluate import calibration_error
from model.judging.curves import POINTS, calibration_curve, pr_curve

CHANCES = np.random.default_rng(8)
P = CHANCES.uniform(0.0, 0.5, 3000)
HAPPENED = CHANCES.random(3000) < P
WEIGHTS = CHANCES.integers(1, 4, 3000).astype(float)


def test_the_gaps_of_the_calibration_curve_make_the_calibration_error() -> None:
    curve = calibration_curve(P, HAPPENED, WEIGHTS)
    said, happened, mass = (np.array(curve[name]) for name in ("said", "happened", "mass"))

    assert np.average(np.abs(said - happened), weights=mass) == pytest.approx(calibration_error(P, HAPPENED, WEIGHTS))
    assert mass.sum() == pytest.approx(WEIGHTS.sum())


def test_a_constant_is_one_point() -> None:
    assert calibration_curve(np.full(4, 0.5), np.array([True, False, True, False]), np.ones(4)) == {
        "said": [0.5],
        "happened": [0.5],
        "mass": [4.0],
    }


def test_precision_falls_along_the_curve_down_to_the_base_rate() -> None:
    curve = pr_curve(P, HAPPENED, WEIGHTS)

    assert curve is not None
    assert len(curve["recall"]) == POINTS
    assert (np.diff(curve["precision"]) <= 0.0).all()
    assert np.average(HAPPENED, weights=WEIGHTS) <= curve["precision"][-1] < curve["precision"][0] / 1.5


def test_a_perfect_order_has_full_precision_at_every_recall() -> None:
    curve = pr_curve(HAPPENED.astype(float), HAPPENED, WEIGHTS)

    assert curve is not None
    assert set(curve["precision"]) == {1.0}


def test_what_never_happened_has_no_curve() -> None:
    assert pr_curve(P, np.zeros(3000, dtype=bool), WEIGHTS) is None
