from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest

from model.boosting import counted, fit, fit_temperature, scored
from model.matrix import Part, TrainingMatrix
from tests.unit.model.prompting import prompted

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALL: Final[dict[str, Any]] = {"max_iter": 5, "max_features": 1.0}


@pytest.fixture(scope="module")
def made() -> TrainingMatrix:
    matrix, _ = prompted(4_000)
    return replace(matrix, told=np.zeros_like(matrix.told))


def repeated(matrix: TrainingMatrix, times: NDArray[np.int64]) -> TrainingMatrix:
    """Each row so many times."""
    columns: dict[str, Any] = {}
    for each in fields(matrix):
        column = getattr(matrix, each.name)
        columns[each.name] = np.repeat(column, times, axis=0) if isinstance(column, np.ndarray) else column
    return TrainingMatrix(**columns)


def test_weights_that_are_all_the_same_change_nothing(made: TrainingMatrix) -> None:
    one, seven = (np.full(len(made.labels), weight) for weight in (1.0, 7.0))

    assert np.array_equal(
        fit(made, one, **SMALL).decision_function(made.features),
        fit(made, seven, **SMALL).decision_function(made.features),
    )


def test_weights_on_another_scale_change_nothing(made: TrainingMatrix) -> None:
    """Or a thinned sample would be pulled towards zero less."""
    weights = np.where(np.arange(len(made.labels)) % 2, 1.0, 3.0)

    one, fifty = (fit(made, scale * weights, **SMALL).decision_function(made.features) for scale in (1.0, 50.0))

    assert np.allclose(one, fifty, atol=1e-5)


def test_a_row_that_counts_nothing_is_not_learned_from(made: TrainingMatrix) -> None:
    weights = np.where(np.arange(len(made.labels)) % 3, 1.0, 0.0)
    lying = replace(made, labels=np.where(weights > 0, made.labels, 2).astype(np.int8))

    assert np.array_equal(
        fit(lying, weights, **SMALL).decision_function(made.features),
        fit(made, weights, **SMALL).decision_function(made.features),
    )
    assert counted(made, weights, Part.FIT).sum() == (made.part(Part.FIT) & (weights > 0)).sum()


def test_a_row_that_counts_twice_calibrates_as_two_rows_do(made: TrainingMatrix) -> None:
    ones = np.ones(len(made.labels))
    ensemble = fit(made, ones, **SMALL)
    times = np.where(made.labels == 1, 3, 1)

    weighed = fit_temperature(ensemble, made, times.astype(np.float64))

    twice = repeated(made, times)
    assert weighed == pytest.approx(fit_temperature(ensemble, twice, np.ones(len(twice.labels))), rel=1e-3)
    assert weighed != pytest.approx(fit_temperature(ensemble, made, ones), rel=1e-2)


def test_what_is_scored_are_probabilities(made: TrainingMatrix) -> None:
    p = scored(fit(made, np.ones(len(made.labels)), **SMALL), 1.3, made.features[:10])

    assert p.dtype == np.float64
    assert np.allclose(p.sum(axis=1), 1.0)
