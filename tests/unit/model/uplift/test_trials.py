from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.effect import inputs_of
from model.matrix import Part
from model.uplift.trials import trials_of
from tests.unit.model.uplift.experiment import SENT, experiment, response_model

MATRIX = experiment(effect=0.1, users=20)
ALL = np.ones(len(MATRIX.labels), dtype=np.bool_)


def test_a_row_without_a_suggestion_is_no_trial() -> None:
    suggested = MATRIX.suggested.copy()
    suggested[:100] = 0

    trials = trials_of(replace(MATRIX, suggested=suggested), ALL, response_model)

    assert len(trials.told) == len(MATRIX.labels) - 100
    assert (trials.users == MATRIX.users[100:]).all()


@pytest.mark.parametrize("sure", [0.0, 1.0, np.nan])
def test_what_no_draw_decided_is_no_trial(sure: float) -> None:
    propensities = MATRIX.propensities.copy()
    propensities[0] = sure

    assert len(trials_of(replace(MATRIX, propensities=propensities), ALL, response_model).told) == len(ALL) - 1


def test_only_the_suggested_side_is_following() -> None:
    trials = trials_of(replace(MATRIX, labels=np.ones_like(MATRIX.labels)), ALL, response_model)

    assert (trials.followed == (MATRIX.suggested == 1)).all()


def test_a_trial_knows_how_likely_its_user_was_to_do_it_anyway() -> None:
    p = response_model(MATRIX.features)
    p[:, 2] /= 2

    trials = trials_of(MATRIX, MATRIX.part(Part.TEST), lambda features: p[MATRIX.part(Part.TEST)])

    expected = np.where(MATRIX.suggested == 1, p[:, 1], p[:, 2])[MATRIX.part(Part.TEST)]
    assert trials.expected == pytest.approx(expected)
    assert trials.propensity == pytest.approx(SENT)


def test_a_model_of_the_effect_reads_the_features_and_the_side_and_nothing_of_the_response() -> None:
    """The response model learned from who was held out: its word would tell one arm's answers and not the other's."""
    features, suggested = np.array([[7.0], [np.nan]], dtype=np.float32), np.array([1, 2], dtype=np.int8)

    inputs = inputs_of(features, suggested)

    assert inputs.dtype == np.float32
    assert inputs[:, -1].tolist() == [0.0, 1.0]
    assert (trials_of(MATRIX, ALL, response_model).inputs == inputs_of(MATRIX.features, MATRIX.suggested)).all()


def test_no_rows_are_no_trials() -> None:
    assert len(trials_of(MATRIX, ~ALL, response_model).told) == 0
