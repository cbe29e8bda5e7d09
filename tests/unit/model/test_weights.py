from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.boosting import fit, fit_temperature, scored
from model.matrix import Part
from model.weights import unprompted_weights
from tests.unit.model.prompting import matrix_of, prompted

ROWS = 12_000


def test_who_was_told_counts_nothing_and_who_by_chance_was_not_counts_for_them_too() -> None:
    matrix = replace(
        matrix_of(np.zeros((4, 24), dtype=np.float32), np.zeros(4, dtype=np.int8)),
        weights=np.full(4, 2.0, dtype=np.float32),
        suggested=np.array([0, 1, 2, 2], dtype=np.int8),
        told=np.array([False, True, False, False]),
        propensities=np.array([np.nan, 0.75, 0.75, 0.0], dtype=np.float32),
    )

    assert unprompted_weights(matrix).tolist() == [2.0, 0.0, 8.0, 2.0]


def test_all_rows_together_count_as_many_as_there_were_before_anybody_was_told() -> None:
    matrix, _ = prompted(ROWS)
    weights = unprompted_weights(matrix)

    for side in (1, 2):
        mine = matrix.suggested == side
        assert weights[mine].sum() == pytest.approx(mine.sum(), rel=0.1)


@pytest.mark.parametrize("propensity", [1.0, np.nan, -0.5])
def test_a_control_group_that_nobody_could_be_in_is_refused(propensity: float) -> None:
    matrix = replace(
        matrix_of(np.zeros((4, 24), dtype=np.float32), np.zeros(4, dtype=np.int8)),
        suggested=np.array([0, 1, 0, 0], dtype=np.int8),
        propensities=np.full(4, propensity, dtype=np.float32),
    )

    with pytest.raises(ValueError, match=r"held back has a propensity that is not in \[0, 1\)"):
        unprompted_weights(matrix)


def test_a_model_of_weighed_rows_says_what_people_do_untold_and_one_of_all_rows_does_not() -> None:
    matrix, truth = prompted(ROWS)
    far = (matrix.suggested > 0) & matrix.part(Part.TEST)
    side = matrix.suggested[far]

    def said(weights: np.ndarray) -> float:
        """Mean probability of the side that people are, or would be, told."""
        ensemble = fit(matrix, weights, max_iter=20, max_features=1.0)
        p = scored(ensemble, fit_temperature(ensemble, matrix, weights), matrix.features[far])
        return float(p[np.arange(len(side)), side].mean())

    untold = float(truth[far][np.arange(len(side)), side].mean())
    assert said(unprompted_weights(matrix)) == pytest.approx(untold, abs=0.03)
    assert said(matrix.weights.astype(np.float64)) > untold + 0.2
