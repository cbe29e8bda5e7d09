"""The rows that tell the effect of a message: somebody was to be told a side, and a draw decided who was."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from model.effect import inputs_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from model.matrix import TrainingMatrix

Respond: TypeAlias = "Callable[[NDArray[np.float32]], NDArray[np.float64]]"
"""The response model: features, float32, shape (n, k), to probabilities of HOLD, BUY and SELL, shape (n, 3)."""


@dataclass(frozen=True, slots=True)
class Trials:
    """Suggestions of a matrix that were sent or held out by a draw, arrays of shape (n,).

    Attributes:
        inputs: what a model of the effect reads, float32, shape (n, k + 1), columns as of `model.effect.input_names`.
        followed: whether the label is the suggested side.
        told: whether the suggestion was sent.
        propensity: probability with which it was to be, over 0 and under 1, float64.
        expected: the response model's probability that the user does it anyway, float64.
        users: number of the user, int32.
        weights: one over the probability with which the row was chosen, float64.
    """

    inputs: NDArray[np.float32]
    followed: NDArray[np.bool_]
    told: NDArray[np.bool_]
    propensity: NDArray[np.float64]
    expected: NDArray[np.float64]
    users: NDArray[np.int32]
    weights: NDArray[np.float64]

    def where(self, rows: NDArray[Any]) -> Trials:
        """The trials of a mask or of an index."""
        return Trials(*(getattr(self, each.name)[rows] for each in fields(self)))


def trials_of(matrix: TrainingMatrix, rows: NDArray[np.bool_], respond: Respond) -> Trials:
    """The trials among some rows of a matrix; what was sure to be sent, or not to be, is none.

    Args:
        matrix: rows of user × moment.
        rows: mask of shape (n,).
        respond: the response model.
    """
    with np.errstate(invalid="ignore"):
        is_drawn = (matrix.propensities > 0.0) & (matrix.propensities < 1.0)  # False for NaN
    chosen = np.flatnonzero(rows & (matrix.suggested > 0) & is_drawn)
    features, suggested = matrix.features[chosen], matrix.suggested[chosen]
    p = respond(features) if len(chosen) else np.empty((0, 3))
    return Trials(
        inputs=inputs_of(features, suggested),
        followed=matrix.labels[chosen] == suggested,
        told=matrix.told[chosen],
        propensity=matrix.propensities[chosen].astype(np.float64),
        expected=p[np.arange(len(chosen)), suggested],
        users=matrix.users[chosen],
        weights=matrix.weights[chosen].astype(np.float64),
    )
