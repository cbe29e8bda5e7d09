"""An interval by users: as wide as users differ, whatever the number of their rows."""

from __future__ import annotations

import numpy as np
import pytest

from model.promotion.intervals import mean_by_users


def test_the_estimate_is_the_weighted_mean() -> None:
    found = mean_by_users(np.array([1.0, 2.0, 6.0]), np.array([1.0, 1.0, 2.0]), np.array([0, 1, 2]))

    assert found.estimate == pytest.approx(15 / 4)


def test_rows_of_one_user_that_are_copied_make_nothing_surer() -> None:
    chances = np.random.default_rng(0)
    values, users = chances.normal(size=200), np.arange(200)

    once = mean_by_users(values, np.ones(200), users)
    often = mean_by_users(np.repeat(values, 50), np.ones(10_000), np.repeat(users, 50))

    assert often.high - often.low == pytest.approx(once.high - once.low)


@pytest.mark.slow
def test_it_holds_the_true_mean_as_often_as_it_says() -> None:
    chances, hits = np.random.default_rng(1), 0
    users = np.repeat(np.arange(60), 5)
    for _ in range(200):
        values = np.repeat(chances.normal(0.3, 1.0, 60), 5) + chances.normal(0.0, 0.5, 300)
        found = mean_by_users(values, np.ones(300), users)
        hits += found.low <= 0.3 <= found.high

    assert 180 <= hits <= 199


def test_a_higher_level_is_a_wider_interval_and_the_same_input_the_same() -> None:
    values, users = np.random.default_rng(2).normal(size=100), np.arange(100)

    usual, careful = (mean_by_users(values, np.ones(100), users, level=level) for level in (0.95, 0.999))

    assert careful.low < usual.low < usual.high < careful.high
    assert usual == mean_by_users(values, np.ones(100), users)
