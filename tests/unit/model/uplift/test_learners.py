from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.effect import Learner
from model.matrix import Part
from model.uplift.learners import learn
from model.uplift.trials import Trials, trials_of
from tests.unit.model.uplift.experiment import experiment, response_model


@pytest.fixture(scope="module")
def trials() -> Trials:
    matrix = experiment(effect=0.3)
    return trials_of(matrix, matrix.part(Part.FIT), response_model)


@pytest.mark.parametrize("learner", list(Learner))
def test_each_learner_tells_those_who_listen_from_those_who_do_not(trials: Trials, learner: Learner) -> None:
    effect = learn(trials, learner, seed=0).effect(trials.inputs)

    listens = trials.inputs[:, 1] > 0
    assert effect[listens].mean() == pytest.approx(0.3, abs=0.06)
    assert effect[~listens].mean() == pytest.approx(0.0, abs=0.06)


def test_an_input_that_nobody_ever_knew_is_no_obstacle(trials: Trials) -> None:
    inputs = trials.inputs.copy()
    inputs[:, 2] = np.nan

    model = learn(replace(trials, inputs=inputs), Learner.X, seed=0)

    assert np.isfinite(model.effect(inputs)).all()
    assert np.isnan(inputs[:, 2]).all()  # untouched


def test_an_effect_is_a_difference_of_probabilities(trials: Trials) -> None:
    far = np.full((1, 4), 1e30, dtype=np.float32)

    assert all(abs(learn(trials, learner, seed=0).effect(far)[0]) <= 1.0 for learner in Learner)
