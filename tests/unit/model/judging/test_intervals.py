from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from model.evaluate import base_rate_log_loss, calibration_error, log_loss, pr_auc
from model.judging.intervals import intervals

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANCES = np.random.default_rng(5)
MANY = 4000
P = CHANCES.dirichlet([16, 2, 2], MANY)
LABELS: NDArray[np.int64] = np.array([CHANCES.choice(3, p=row) for row in P])
ONES = np.ones(MANY)


def test_intervals_hold_what_the_rows_say() -> None:
    found = intervals(P, LABELS, np.arange(MANY) // 10, ONES)

    assert found is not None
    for name, figure in {
        "log_loss": log_loss(P, LABELS),
        "below_base_rate": base_rate_log_loss(LABELS, 3) - log_loss(P, LABELS),
    }.items():
        low, high = found[name]
        assert low < figure < high
    buy = pr_auc(P[:, 1], LABELS == 1)
    assert buy is not None
    assert found["pr_auc"]["BUY"][0] < buy < found["pr_auc"]["BUY"][1]


def test_users_who_are_alike_within_and_differ_among_themselves_make_wide_intervals() -> None:
    alike = intervals(P, LABELS, np.argsort(np.argsort(LABELS, kind="stable")) // 100, ONES)
    mixed = intervals(P, LABELS, np.arange(MANY) % 40, ONES)

    assert alike is not None
    assert mixed is not None
    assert np.diff(alike["log_loss"]) > 3 * np.diff(mixed["log_loss"])


def test_each_draw_is_what_its_users_rows_say() -> None:
    users, weights = np.arange(MANY) // 100, CHANCES.integers(1, 4, MANY).astype(float)
    drawn = np.random.default_rng(0).multinomial(40, np.full(40, 1 / 40), size=1)[0]
    rows = np.repeat(np.arange(MANY), drawn[users])

    found = intervals(P, LABELS, users, weights, replicates=1)

    assert found is not None
    assert found["log_loss"] == pytest.approx([log_loss(P[rows], LABELS[rows], weights[rows])] * 2)
    assert found["below_base_rate"] == pytest.approx(
        [base_rate_log_loss(LABELS[rows], 3, weights[rows]) - log_loss(P[rows], LABELS[rows], weights[rows])] * 2
    )
    for side, number in (("BUY", 1), ("SELL", 2)):
        area = pr_auc(P[rows, number], LABELS[rows] == number, weights[rows])
        assert found["pr_auc"][side] == pytest.approx([area, area])


def test_the_calibration_error_of_everybody_once_is_that_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    class Everybody:
        def multinomial(self, many: int, _: object, size: int) -> object:
            return np.ones((size, many))

    monkeypatch.setattr(np.random, "default_rng", lambda _: Everybody())
    found = intervals(P, LABELS, np.arange(MANY) // 10, ONES, replicates=2)

    assert found is not None
    worst = max(calibration_error(P[:, c], np.equal(LABELS, c)) for c in range(3))
    assert found["ece"] == pytest.approx([worst, worst])


def test_the_same_seed_draws_the_same_users() -> None:
    users = np.arange(MANY) // 10

    assert intervals(P, LABELS, users, ONES, seed=3) == intervals(P, LABELS, users, ONES, seed=3)
    assert intervals(P, LABELS, users, ONES, seed=3) != intervals(P, LABELS, users, ONES, seed=4)


def test_a_handful_of_users_has_no_interval() -> None:
    assert intervals(P, LABELS, np.arange(MANY) % 9, ONES) is None


def test_a_side_that_hardly_anybody_took_has_no_interval() -> None:
    labels = np.where(np.arange(MANY) == 7, 1, 0)
    found = intervals(P, labels, np.arange(MANY) // 10, ONES)

    assert found is not None
    assert found["pr_auc"] == {"BUY": None, "SELL": None}
