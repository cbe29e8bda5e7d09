from __future__ import annotations

import numpy as np
import pytest

from model.judging.messages import SHARES, compare, conversions

SCORES = np.array([[0.9, 0.1], [0.2, 0.7], [0.5, 0.1], [0.1, 0.3]])
LABELS = np.array([1, 1, 1, 2])
ONES = np.ones(4)


def test_the_highest_scores_are_told_first_and_convert_when_the_side_is_right() -> None:
    assert conversions(SCORES, LABELS, ONES, np.arange(5.0)).tolist() == [0.0, 1.0, 1.0, 2.0, 3.0]


def test_among_equals_nobody_comes_first() -> None:
    same = np.tile([0.3, 0.2], (4, 1))

    assert conversions(same, LABELS, ONES, np.array([1.0, 2.0, 4.0])) == pytest.approx([0.75, 1.5, 3.0])
    assert conversions(same, LABELS[::-1], ONES, np.array([1.0])) == pytest.approx([0.75])


def test_a_row_of_weight_two_takes_two_messages_and_brings_two() -> None:
    weights = np.array([2.0, 1.0, 1.0, 1.0])

    assert conversions(SCORES, LABELS, weights, np.array([1.0, 2.0, 3.0])) == pytest.approx([1.0, 2.0, 2.0])


def test_ways_are_compared_at_the_same_number_of_messages() -> None:
    chances = np.random.default_rng(1)
    oracle = chances.uniform(0.0, 0.4, (2000, 2))
    labels = np.array([chances.choice(3, p=[1 - buy - sell, buy, sell]) for buy, sell in oracle])
    blurred = oracle + chances.normal(0.0, 0.1, oracle.shape)
    nothing = np.tile([0.2, 0.2], (2000, 1))

    found = compare({"model": [blurred], "rate": [nothing]}, labels, np.ones(2000), oracle, "model")

    assert found["messages"] == [share * 2000 for share in SHARES]
    assert set(found["ways"]) == {"model", "rate", "oracle"}
    assert found["ways"]["model"]["precision"] == pytest.approx(
        np.array(found["ways"]["model"]["conversions"]) / found["messages"]
    )
    assert 0.4 < found["share_of_oracle"][-1] < 1.0 < found["times_best_baseline"][-1]


def test_a_way_with_several_scores_is_taken_at_its_best() -> None:
    wrong, right = SCORES[:, ::-1], SCORES
    unknown = np.full((4, 2), np.nan)

    both = compare({"model": [wrong, right]}, LABELS, 1000 * ONES, unknown, "model")["ways"]["model"]

    assert both == compare({"model": [right]}, LABELS, 1000 * ONES, unknown, "model")["ways"]["model"]


def test_without_an_oracle_or_a_baseline_that_converts_there_is_nothing_to_share() -> None:
    unknown = np.full((4, 2), np.nan)
    never = np.tile([0.1, 0.2], (4, 1))

    found = compare({"model": [SCORES], "alert": [never]}, np.array([1, 1, 1, 0]), ONES, unknown, "model")

    assert found["share_of_oracle"] is None
    assert found["times_best_baseline"] == [None] * len(SHARES)
    assert compare({"model": [SCORES]}, LABELS, ONES, unknown, "model")["times_best_baseline"] is None
