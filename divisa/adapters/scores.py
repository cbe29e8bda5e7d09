"""What every scorer's answer must be, whoever gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.errors import InvalidModel
from divisa.domain.evaluation import Decision
from divisa.ports import Scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUM_TOLERANCE = 1e-6
"""How far from 1 a row of probabilities may sum: far above rounding, far below a wrong column."""


def checked_scores(
    probabilities: NDArray[np.float64],
    decisions: NDArray[np.int8],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    model_version: str,
    x: NDArray[np.float64],
) -> Scores:
    """Scores of users at log prices `x`, shape (n,), when the answer fits.

    Raises:
        InvalidModel: wrong shape, a probability that is none, a decision that does not exist, a band that does not
            hold the price that was asked about, no model version.
    """
    n = len(x)
    shapes = [array.shape for array in (probabilities, decisions, lower, upper)]
    if shapes != [(n, len(Decision)), (n,), (n,), (n,)]:
        raise InvalidModel(f"the model answered {', '.join(map(str, shapes))} for {n} rows")
    in_range = (probabilities >= 0) & (probabilities <= 1)  # False for NaN
    if not in_range.all() or not np.allclose(probabilities.sum(axis=1), 1.0, rtol=0.0, atol=SUM_TOLERANCE):
        raise InvalidModel("the model answered probabilities that are none")
    if not np.isin(decisions, list(Decision)).all():
        raise InvalidModel("the model answered a decision that does not exist")
    if not ((lower <= x) & (x < upper)).all():  # False for NaN
        raise InvalidModel("the model answered a band that does not hold the price that it was asked about")
    if not model_version:
        raise InvalidModel("the model did not say which version it is")
    return Scores(probabilities, decisions, lower, upper, model_version)
