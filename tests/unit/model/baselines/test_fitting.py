from __future__ import annotations

from dataclasses import replace

import numpy as np

from model.baselines import fit_baselines
from model.matrix import Part
from model.weights import unprompted_weights
from tests.unit.model.prompting import prompted

NAMES = ["base_rate", "per_user_rate", "logistic", "rate_alert", "moving_average_cross"]


def test_each_says_probabilities_of_anybody_and_puts_rows_in_order() -> None:
    matrix, _ = prompted(4_000)
    test = matrix.features[matrix.part(Part.TEST)]

    found = fit_baselines(matrix, unprompted_weights(matrix))

    assert list(found) == NAMES
    for baseline in found.values():
        p = baseline.probabilities(test)
        assert p.shape == (len(test), 3)
        assert np.allclose(p.sum(axis=1), 1.0)
        assert (p > 0).all()
        assert baseline.scores(test).shape == (len(test), 2)


def test_none_of_them_learns_from_the_rows_that_calibrate_or_judge_or_from_people_who_were_told() -> None:
    matrix, _ = prompted(4_000)
    weights = unprompted_weights(matrix)
    features = matrix.features[:200]
    elsewhere = matrix.part(Part.CALIBRATE) | matrix.part(Part.TEST) | matrix.told
    other = replace(
        matrix, labels=np.where(elsewhere, 1, matrix.labels).astype(np.int8), features=matrix.features.copy()
    )
    other.features[elsewhere] = 7.0

    before, after = fit_baselines(matrix, weights), fit_baselines(other, weights)

    for name in NAMES:
        assert np.array_equal(before[name].probabilities(features), after[name].probabilities(features)), name
