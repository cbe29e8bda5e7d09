from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from bench.uplift.lives import Lives, lives
from divisa.domain.features import FEATURE_NAMES
from model.matrix import Part
from simulator.closed_loop import Loop

LOOP = Loop(users=120, start=date(2023, 9, 1), end=date(2023, 11, 1), deafness=1.0)


@pytest.fixture(scope="module")
def found() -> Lives:
    return lives(LOOP, [3, 4])


@pytest.mark.slow
def test_every_suggestion_is_a_row_with_what_it_truly_adds(found: Lives) -> None:
    matrix, added = found
    suggested = matrix.suggested > 0

    assert suggested.sum() > 50
    assert (np.isfinite(added) == suggested).all()
    assert (added[suggested] >= 0).all()
    assert not matrix.told[~suggested].any()
    assert 0.65 < matrix.told[suggested].mean() < 0.95
    assert matrix.propensities[suggested] == pytest.approx(1 - LOOP.rules.holdout_share)


@pytest.mark.slow
def test_people_of_different_seeds_are_different_and_those_who_judge_are_in_no_other_part(found: Lives) -> None:
    matrix = found.matrix

    judging = set(matrix.users[matrix.part(Part.TEST)].tolist())
    others = set(matrix.users[~matrix.part(Part.TEST)].tolist())
    assert judging
    assert not judging & others
    assert max(judging | others) >= LOOP.users
    assert matrix.at[matrix.part(Part.TEST)].min() > matrix.at[matrix.part(Part.FIT)].max()


@pytest.mark.slow
def test_features_are_of_what_was_known_before_the_day(found: Lives) -> None:
    matrix = found.matrix
    trades = np.expm1(matrix.features[:, FEATURE_NAMES.index("log_trades")])

    assert matrix.features.shape == (len(matrix.labels), len(FEATURE_NAMES))
    assert trades == pytest.approx(matrix.trades, abs=1e-3)
    assert (matrix.trades == 0).any()
    assert (matrix.labels[matrix.trades == 0] > 0).any(), "a first trade is no part of what was known before it"
