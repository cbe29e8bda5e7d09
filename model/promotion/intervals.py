"""How sure a weighted mean over rows is when the rows of one user are alike: the bootstrap over users.

Users are drawn with replacement, all rows of a user together (the cluster bootstrap; Davison and Hinkley, "Bootstrap
Methods and their Application", 1997, section 3.8). The interval is the estimate and so many standard errors of the
replicates (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, section 12.2), so that a level of many nines
needs no more of them.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REPLICATES = 400
SEED = 20240501


class Interval(NamedTuple):
    """An estimate and the ends of its confidence interval."""

    estimate: float
    low: float
    high: float


def mean_by_users(
    values: NDArray[np.float64], weights: NDArray[np.float64], users: NDArray[Any], *, level: float = 0.95
) -> Interval:
    """The weighted mean of n values and its interval; the same for the same input.

    Args:
        values: float64, shape (n,) with n > 0.
        weights: float64, shape (n,), not negative and not all 0.
        users: whose each is; anything that can be told apart, shape (n,).
        level: probability that the interval holds the true mean.

    >>> mean_by_users(np.array([1.0, 1.0, 1.0]), np.ones(3), np.array([7, 7, 8]))
    Interval(estimate=1.0, low=1.0, high=1.0)
    """
    whose = np.unique(users, return_inverse=True)[1]
    total, weight = np.bincount(whose, weights * values), np.bincount(whose, weights)
    estimate = float(total.sum() / weight.sum())
    chances, count = np.random.default_rng(SEED), len(weight)
    means = np.empty(REPLICATES)
    for replicate in range(REPLICATES):
        drawn = np.bincount(chances.integers(count, size=count), minlength=count)
        drawn_weight = drawn @ weight
        means[replicate] = drawn @ total / drawn_weight if drawn_weight else estimate
    far = NormalDist().inv_cdf(0.5 + level / 2.0) * float(means.std())
    return Interval(estimate, estimate - far, estimate + far)
