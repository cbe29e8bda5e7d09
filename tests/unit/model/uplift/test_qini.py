from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from model.uplift.qini import bootstrapped, gains, qini_curve

effects = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        arrays(np.float64, n, elements=st.floats(-5, 5, width=16)),
        arrays(np.float64, n, elements=st.integers(-5, 5).map(float)),
        arrays(np.float64, n, elements=st.integers(1, 4).map(float)),
    )
)


pytestmark = pytest.mark.slow


@given(effects)
def test_a_score_that_tells_nobody_apart_is_worth_nothing(drawn: tuple[np.ndarray, ...]) -> None:
    gained, _, weights = drawn

    assert qini_curve(np.zeros(len(gained)), gained, weights).coefficient == pytest.approx(0.0, abs=1e-9)


@given(effects)
def test_no_order_is_worth_more_than_that_of_the_effects_themselves(drawn: tuple[np.ndarray, ...]) -> None:
    gained, score, weights = drawn

    best = qini_curve(gained, gained, weights).coefficient

    assert best >= -1e-9
    assert qini_curve(score, gained, weights).coefficient <= best + 1e-9
    assert qini_curve(-gained, gained, weights).coefficient == pytest.approx(-best, abs=1e-9)


@given(effects)
def test_only_the_order_of_a_score_counts(drawn: tuple[np.ndarray, ...]) -> None:
    gained, score, weights = drawn

    plain, bent = (qini_curve(each, gained, weights) for each in (score, np.exp(score) - 3.0))

    assert bent.coefficient == plain.coefficient
    assert (bent.gained == plain.gained).all()


@given(effects)
def test_a_trial_that_counts_twice_is_two_trials(drawn: tuple[np.ndarray, ...]) -> None:
    gained, score, weights = drawn
    often = weights.astype(np.int64)

    repeated = qini_curve(np.repeat(score, often), np.repeat(gained, often))

    assert qini_curve(score, gained, weights).coefficient == pytest.approx(repeated.coefficient, abs=1e-9)


def test_the_curve_ends_at_the_mean_effect_whatever_the_score() -> None:
    gained = gains(np.array([1, 0, 1, 1]), np.array([True, True, False, False]), np.array([0.8, 0.8, 0.8, 0.5]))

    curve = qini_curve(np.array([3.0, 1.0, 1.0, 2.0]), gained)

    assert gained.tolist() == pytest.approx([1.25, 0.0, -5.0, -2.0])
    assert curve.share.tolist() == [0.0, 0.25, 0.5, 1.0]
    assert curve.gained.tolist() == pytest.approx([0.0, 1.25 / 4, -0.75 / 4, -5.75 / 4])


def test_a_guess_that_does_not_know_the_arm_takes_noise_away_and_leaves_the_effect() -> None:
    chances = np.random.default_rng(2)
    n, propensity = 200_000, 0.8
    p = chances.random(n) * 0.6
    told = chances.random(n) < propensity
    followed = chances.random(n) < p + 0.2 * told

    plain, less_noisy = (gains(followed, told, np.full(n, propensity), guess) for guess in (0.0, p))

    assert plain.mean() == pytest.approx(0.2, abs=0.01)
    assert less_noisy.mean() == pytest.approx(0.2, abs=0.01)
    assert less_noisy.std() < 0.8 * plain.std()


def test_different_probabilities_of_being_told_do_not_bend_the_effect() -> None:
    """Who is told more often follows more often anyway, so that a plain difference of the arms would say too much."""
    chances = np.random.default_rng(3)
    n = 200_000
    is_keen = chances.random(n) < 0.5
    propensity = np.where(is_keen, 0.9, 0.5)
    told = chances.random(n) < propensity
    followed = chances.random(n) < 0.1 + 0.4 * is_keen + 0.1 * told

    assert followed[told].mean() - followed[~told].mean() > 0.2
    assert gains(followed, told, propensity).mean() == pytest.approx(0.1, abs=0.01)


def test_users_are_drawn_and_not_trials() -> None:
    """Ten trials of one user say no more than one: the interval must not shrink by repeating them."""
    chances = np.random.default_rng(4)
    score, gained = chances.normal(size=60), chances.normal(size=60)
    once = bootstrapped([score], gained, np.arange(60), np.ones(60), draws=400, seed=1)

    often = [np.repeat(each, 10) for each in (score, gained)]
    repeated = bootstrapped(often[:1], often[1], np.repeat(np.arange(60), 10), np.ones(600), draws=400, seed=1)

    assert repeated.std() == pytest.approx(once.std(), rel=0.1)


def test_scores_are_compared_in_the_same_samples() -> None:
    chances = np.random.default_rng(5)
    score, gained = chances.normal(size=50), chances.normal(size=50)

    found = bootstrapped([score, 2 * score, -score], gained, np.arange(50), np.ones(50), draws=20, seed=1)

    assert found.shape == (20, 3)
    assert (found[:, 0] == found[:, 1]).all()
    assert found[:, 2] == pytest.approx(-found[:, 0])
    assert (found == bootstrapped([score, score, -score], gained, np.arange(50), np.ones(50), draws=20, seed=1)).all()
