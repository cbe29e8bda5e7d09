from __future__ import annotations

import numpy as np
import pytest

from model.evaluate import base_rate_log_loss, calibration_error, evaluate, log_loss, pr_auc

LABELS = np.array([0, 0, 0, 1, 2, 0, 0, 1])
CONSTANT = np.tile([5 / 8, 2 / 8, 1 / 8], (8, 1))
PERFECT = np.eye(3)[LABELS]
NO_ORACLE = np.full((8, 2), np.nan)


def test_the_shares_of_the_classes_are_the_base_rate() -> None:
    assert log_loss(CONSTANT, LABELS) == pytest.approx(base_rate_log_loss(LABELS, 3))


def test_certainty_that_is_right_costs_nothing_and_certainty_that_is_wrong_stays_finite() -> None:
    assert log_loss(PERFECT, LABELS) == 0.0
    assert 20 < log_loss(PERFECT, 2 - LABELS[[0]]) < 40


def test_calibration_error_is_the_gap_between_what_was_said_and_what_happened() -> None:
    happened = np.array([True, False, False, False])

    assert calibration_error(np.full(4, 0.25), happened) == 0.0
    assert calibration_error(np.full(4, 0.75), happened) == 0.5
    assert calibration_error(np.array([0.9, 0.1, 0.2, 0.3]), happened) == pytest.approx((0.1 + 0.1 + 0.2 + 0.3) / 4)


def test_calibration_does_not_depend_on_the_order_of_rows_that_were_told_the_same() -> None:
    happened = np.array([True] * 30 + [False] * 70)

    assert calibration_error(np.full(100, 0.3), happened) == pytest.approx(0.0)
    assert calibration_error(np.full(100, 0.3), happened[::-1]) == pytest.approx(0.0)


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    chances = np.random.default_rng(3)
    p = chances.dirichlet([8, 1, 1], 60)
    labels = np.array([0, 1, 2] * 20)
    decisions, oracle = labels[::-1].astype(np.int8), chances.dirichlet([8, 1, 1], 60)[:, 1:]
    weights = chances.integers(1, 4, 60)
    rows = np.repeat(np.arange(60), weights)

    weighed = evaluate(p, decisions, labels, oracle, weights)
    repeated = evaluate(p[rows], decisions[rows], labels[rows], oracle[rows])

    assert weighed.pop("classes") == {name: pytest.approx(one) for name, one in repeated.pop("classes").items()}
    assert weighed == pytest.approx(repeated)


def test_pr_auc_of_a_perfect_order_is_one_and_of_what_never_happened_none() -> None:
    assert pr_auc(PERFECT[:, 1], LABELS == 1) == 1.0
    assert pr_auc(PERFECT[:, 1], LABELS == 9) is None


def test_a_model_stands_beside_the_base_rate_and_the_oracle() -> None:
    metrics = evaluate(CONSTANT, LABELS.astype(np.int8), LABELS, PERFECT[:, 1:])

    assert metrics["log_loss"] == pytest.approx(metrics["base_rate_log_loss"])
    assert metrics["oracle_log_loss"] == 0.0
    assert metrics["ece"] == max(one["ece"] for one in metrics["classes"].values())
    assert metrics["classes"]["BUY"]["base_rate"] == 2 / 8
    assert metrics["classes"]["BUY"]["oracle_pr_auc"] == 1.0
    assert (metrics["classes"]["SELL"]["precision"], metrics["classes"]["SELL"]["recall"]) == (1.0, 1.0)


def test_without_an_oracle_for_every_row_there_is_no_ceiling() -> None:
    metrics = evaluate(CONSTANT, np.zeros(8, dtype=np.int8), LABELS, NO_ORACLE)

    assert metrics["oracle_log_loss"] is None
    assert metrics["classes"]["BUY"]["oracle_pr_auc"] is None
    assert metrics["classes"]["BUY"]["precision"] is None  # nothing was decided
    assert metrics["classes"]["BUY"]["recall"] == 0.0
