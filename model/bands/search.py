"""Decision bands of a batch of users: how far the price may go before the model says something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from . import kernel
from .line import edges_on_line
from .rule import decide, probabilities
from .users import Users, users_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .ensemble import Ensemble

SMALLEST_THRESHOLD = 1e-200
"""Thresholds below it are refused: float64 has too few digits left there."""


class Bands(NamedTuple):
    """What the model says of n users, and until where.

    Attributes:
        probabilities: of HOLD, BUY and SELL at x, float64, shape (n, 3).
        decision: class indices at x, int8, shape (n,).
        lower: the decision is the same for every log price x with lower <= x < upper, and another one at the next
            float64 below `lower`; −inf where it never changes. float64, shape (n,).
        upper: at `upper` itself the decision is another one; inf where it never changes.
        reach_lower, reach_upper: of a side's, the band and on over HOLD that is narrower than the margin, as often as
            the same side comes again behind it; else the band. float64, shape (n,).
        quiet_lower, quiet_upper: the reach, and beside a side's also HOLD, up to the margin. float64, shape (n,).
    """

    probabilities: NDArray[np.float64]
    decision: NDArray[np.int8]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    reach_lower: NDArray[np.float64]
    reach_upper: NDArray[np.float64]
    quiet_lower: NDArray[np.float64]
    quiet_upper: NDArray[np.float64]


def bands(
    ensemble: Ensemble,
    temperature: float,
    thresholds: tuple[float, float],
    x: ArrayLike,
    slope: ArrayLike,
    intercept: ArrayLike,
    state: ArrayLike,
    margin: ArrayLike = np.nan,
) -> Bands:
    """Probabilities, decisions and exact bands at log prices x, and how far around a side it stays quiet.

    A price feature is float32(slope · x + intercept), computed in float64. The edges are exact for the decisions that
    scikit-learn's raw scores and `rule` make of such features, wherever they are finite.

    Args:
        ensemble: from `flatten`.
        temperature: raw scores are divided by it before the softmax.
        thresholds: probabilities of BUY and SELL from which the model says so.
        x: log prices, shape (n,).
        slope: of the price features, positive, shape (n, price features).
        intercept: of the price features, of the same shape; a NaN in either makes the feature missing.
        state: the other features, float32, shape (n, others), NaN for missing.
        margin: log price, shape (n,), or () for one that all share; HOLD for less than this does not part a side in
            two. NaN where it does not matter: reach and quiet are the band then.

    Raises:
        ValueError: shapes that do not belong together, a slope that is not positive, a margin that is negative,
            something infinite, or no temperature or thresholds.
    """
    _check_rule(temperature, thresholds)
    users = users_of(ensemble, x, slope, intercept, state)
    margins = _margins(margin, len(users.x))
    # Users with like prices ask for the same masks, which are still at hand when these are neighbours.
    order = np.argsort(users.x, kind="stable")
    in_order = Users(users.x[order], users.slope[order], users.intercept[order], users.state[order])
    raw, outcome = _room_for(len(users.x))
    edges = np.empty((len(users.x), 6))
    rule = float(temperature), np.log(np.array(thresholds, dtype=np.float64))
    kernel.edges(tuple(ensemble), *in_order, margins[order], *rule, raw, edges, outcome)
    for column in (raw, edges, outcome):
        column[order] = column.copy()
    _refuse(outcome)
    p = probabilities(raw, temperature)
    decision = decide(p, thresholds)
    for row in np.flatnonzero(outcome == kernel.UNSURE).tolist():
        edges[row] = edges_on_line(ensemble, temperature, thresholds, users, margins, row)
    return Bands(p, decision, *np.ascontiguousarray(edges.T))


def scores(
    ensemble: Ensemble, x: ArrayLike, slope: ArrayLike, intercept: ArrayLike, state: ArrayLike
) -> NDArray[np.float64]:
    """Raw scores at log prices x, shape (n, 3): those of the classifier's `decision_function`, to the last bit.

    Raises:
        ValueError: as `bands`.
    """
    users = users_of(ensemble, x, slope, intercept, state)
    raw, outcome = _room_for(len(users.x))
    kernel.scores(tuple(ensemble), *users, raw, outcome)
    _refuse(outcome)
    return raw


def _room_for(n: int) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    return np.empty((n, 3)), np.empty(n, dtype=np.int8)


def _margins(margin: ArrayLike, n: int) -> NDArray[np.float64]:
    margins = np.ascontiguousarray(margin, dtype=np.float64) if np.ndim(margin) else np.full(n, margin, np.float64)
    if margins.shape != (n,):
        raise ValueError(f"margins must be of shape {(n,)}, not {margins.shape}")
    return margins


def _check_rule(temperature: float, thresholds: tuple[float, float]) -> None:
    if not 0.0 < temperature < np.inf:
        raise ValueError(f"a temperature is positive and finite, not {temperature}")
    if not all(SMALLEST_THRESHOLD <= threshold < np.inf for threshold in thresholds):
        raise ValueError(f"thresholds are positive and finite, not {thresholds}")


def _refuse(outcome: NDArray[np.int8]) -> None:
    refused = np.flatnonzero(outcome == kernel.REFUSED)
    if len(refused):
        terms = (
            "x must be finite, slopes positive, price features finite or missing, and no margin negative or infinite"
        )
        raise ValueError(f"row {refused[0]}: {terms}")
