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
    probabilities: NDArray[np.float64], decisions: NDArray[np.int8], model_version: str, rows: int
) -> Scores:
    """Scores of `rows` rows, when the answer fits.

    Raises:
        InvalidModel: wrong shape, a probability that is none, a decision that does not exist, no model version.
    """
    if probabilities.shape != (rows, len(Decision)) or decisions.shape != (rows,):
        raise InvalidModel(f"the model answered {probabilities.shape} and {decisions.shape} for {rows} rows")
    in_range = (probabilities >= 0) & (probabilities <= 1)  # False for NaN
    if not in_range.all() or not np.allclose(probabilities.sum(axis=1), 1.0, rtol=0.0, atol=SUM_TOLERANCE):
        raise InvalidModel("the model answered probabilities that are none")
    if not np.isin(decisions, list(Decision)).all():
        raise InvalidModel("the model answered a decision that does not exist")
    if not model_version:
        raise InvalidModel("the model did not say which version it is")
    return Scores(probabilities, decisions, model_version)
