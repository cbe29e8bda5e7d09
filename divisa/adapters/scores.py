"""What every scorer's answer must be, whoever gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.errors import InvalidModel
from divisa.domain.evaluation import Decision
from divisa.ports import Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

EDGES = ("lower", "upper", "reach_lower", "reach_upper", "quiet_lower", "quiet_upper")
"""Columns of an answer that are log prices, in the order of `Scores`."""
SUM_TOLERANCE = 1e-6
"""How far from 1 a row of probabilities may sum: far above rounding, far below a wrong column."""


def checked_scores(
    probabilities: NDArray[np.float64],
    decisions: NDArray[np.int8],
    edges: Sequence[NDArray[np.float64]],
    inside: NDArray[np.bool_],
    effects: NDArray[np.float64] | None,
    model_version: str,
    x: NDArray[np.float64],
) -> Scores:
    """Scores of users at log prices `x`, shape (n,), when the answer fits; `edges` are in the order of EDGES.

    Effects may be missing: a model that knows none need not say so.

    Raises:
        InvalidModel: wrong shape, a probability that is none, a decision that does not exist, a band that does not
            hold the price that was asked about or lies outside of its reach or quiet, an `inside` that is neither true
            nor false, an effect that is none, no model version.
    """
    n = len(x)
    effects = np.full(n, np.nan) if effects is None else effects
    shapes = [probabilities.shape, decisions.shape, *(edge.shape for edge in edges), inside.shape, effects.shape]
    if shapes != [(n, len(Decision)), (n,), *((n,) for _ in EDGES), (n,), (n,)]:
        raise InvalidModel(f"the model answered {', '.join(map(str, shapes))} for {n} rows")
    in_range = (probabilities >= 0) & (probabilities <= 1)  # False for NaN
    if not in_range.all() or not np.allclose(probabilities.sum(axis=1), 1.0, rtol=0.0, atol=SUM_TOLERANCE):
        raise InvalidModel("the model answered probabilities that are none")
    if not np.isin(decisions, list(Decision)).all():
        raise InvalidModel("the model answered a decision that does not exist")
    lower, upper, reach_lower, reach_upper, quiet_lower, quiet_upper = edges
    if not ((lower <= x) & (x < upper)).all():  # False for NaN
        raise InvalidModel("the model answered a band that does not hold the price that it was asked about")
    outwards = ((quiet_lower, reach_lower), (reach_lower, lower), (upper, reach_upper), (reach_upper, quiet_upper))
    if not all((below <= above).all() for below, above in outwards):
        raise InvalidModel("the model answered a band that lies outside of its reach or quiet")
    if inside.dtype != np.bool_:
        raise InvalidModel(f"the model answered {inside.dtype} where it should say whether a user is inside its range")
    if effects.dtype != np.float64 or (np.abs(effects) > 1.0).any():  # False for NaN
        raise InvalidModel("the model answered effects that are no differences of probabilities")
    if not model_version:
        raise InvalidModel("the model did not say which version it is")
    columns = dict(zip(EDGES, edges, strict=True))
    return Scores(probabilities, decisions, **columns, inside=inside, effects=effects, model_version=model_version)
