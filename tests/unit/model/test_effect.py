from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model.effect import Learner, UpliftModel, model_of


class Says:
    """A fitted part that says always the same of two inputs."""

    n_features_in_ = 2

    def __init__(self, value: float) -> None:
        self.value = value

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        return np.full(len(inputs), self.value)

    def predict_proba(self, inputs: np.ndarray) -> np.ndarray:
        return np.tile([1 - self.value, self.value], (len(inputs), 1))


def parts(**changes: Any) -> dict[str, Any]:
    return {"learner": "x_learner", "told": Says(0.4), "untold": Says(0.1), "share": 0.75} | changes


def effect_of(model: UpliftModel) -> float:
    return float(model.effect(np.zeros((1, 2), dtype=np.float32))[0])


def test_the_x_learner_weighs_what_it_learned_of_either_arm_by_the_share_that_is_told() -> None:
    assert effect_of(model_of(parts(), features=1)) == pytest.approx(0.75 * 0.1 + 0.25 * 0.4)


def test_the_t_learner_takes_the_difference_of_the_arms() -> None:
    assert effect_of(model_of(parts(learner="t_learner"), features=1)) == pytest.approx(0.3)


def test_no_effect_is_larger_than_certainty() -> None:
    assert effect_of(model_of(parts(told=Says(9.0), untold=Says(9.0)), features=1)) == 1.0


def test_its_parts_are_read_as_they_are_told() -> None:
    told = UpliftModel(Learner.X, Says(0.4), Says(0.1), 0.75)

    assert effect_of(model_of(told.parts(), features=1)) == effect_of(told)


@pytest.mark.parametrize(
    ("given", "features", "problem"),
    [
        ({}, 1, "broken: 'learner'"),
        (parts(learner="oracle"), 1, "broken: 'oracle' is not a valid Learner"),
        (parts(told=None), 1, "broken: .*n_features_in_"),
        (parts(share="half"), 1, "broken: could not convert"),
        (parts(), 2, r"reads \[2\] inputs, not 3"),
    ],
)
def test_what_are_not_its_parts_is_refused_with_the_reason(given: dict[str, Any], features: int, problem: str) -> None:
    with pytest.raises(ValueError, match=f"the model of the effect of a message .*{problem}"):
        model_of(given, features)
