from __future__ import annotations

import numpy as np
import pytest

from model.thresholds import BETA, best_threshold, best_thresholds


def f_beta(p: np.ndarray, happened: np.ndarray, threshold: float) -> float:
    decided = p >= threshold
    right = (decided & happened).sum()
    if not right:
        return 0.0
    precision, recall = right / decided.sum(), right / happened.sum()
    return float((1 + BETA**2) * precision * recall / (BETA**2 * precision + recall))


def test_no_other_threshold_has_a_larger_f_beta() -> None:
    chances = np.random.default_rng(1)
    p = chances.random(500)
    happened = chances.random(500) < p**3

    found = best_threshold(p, happened)

    assert f_beta(p, happened, found) == max(f_beta(p, happened, threshold) for threshold in p)


def test_a_clean_separation_is_cut_at_its_edge() -> None:
    assert best_threshold(np.array([0.1, 0.2, 0.6, 0.7]), np.array([False, False, True, True])) == 0.6


def test_what_never_happened_has_no_threshold() -> None:
    with pytest.raises(ValueError, match="never happened"):
        best_threshold(np.array([0.1, 0.2]), np.array([False, False]))


def test_a_row_that_counts_three_times_is_three_rows() -> None:
    chances = np.random.default_rng(2)
    p, times = chances.random(300), chances.integers(1, 4, 300)
    happened = chances.random(300) < p

    weighed = best_threshold(p, happened, times.astype(np.float64))

    assert weighed == best_threshold(np.repeat(p, times), np.repeat(happened, times))


def test_each_side_has_a_threshold_of_its_own() -> None:
    p = np.array([[0.7, 0.2, 0.1], [0.5, 0.4, 0.1], [0.3, 0.1, 0.6], [0.2, 0.3, 0.5]])
    labels = np.array([0, 1, 2, 0])

    assert best_thresholds(p, labels) == (0.4, 0.6)
