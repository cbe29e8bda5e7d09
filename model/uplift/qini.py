"""Qini: what is won by telling first those whom a score puts first.

N. J. Radcliffe's curve ("Using control groups to target on predicted lift", Direct Marketing Analytics Journal, 2007,
14–21) subtracts from the told who followed those of the held out, scaled by the arms' sizes. Where the
probability of being told is known, each trial is scaled by one over the probability of its own arm instead (Horvitz and
Thompson, JASA 47, 1952): `gains`. Their average over any group estimates its effect without bias, whoever had which
probability, and the curve is their running sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


class Curve(NamedTuple):
    """A Qini curve, points from (0, 0) on, float64, shape (m,).

    Attributes:
        share: of the trials that are told, those with the highest scores first; the last is 1.
        gained: additional followers that this brings, in shares of all trials.
    """

    share: NDArray[np.float64]
    gained: NDArray[np.float64]

    @property
    def coefficient(self) -> float:
        """Area between the curve and the straight line to its end, which telling at random follows."""
        return float(np.trapezoid(self.gained, self.share) - self.gained[-1] / 2.0)


def gains(
    followed: NDArray[Any],
    told: NDArray[np.bool_],
    propensity: NDArray[np.float64],
    expected: NDArray[np.float64] | float = 0.0,
) -> NDArray[np.float64]:
    """What each trial says of the effect of telling, float64, shape (n,): on average its effect.

    Args:
        followed: whether the user did what was suggested, shape (n,).
        told: whether they were told, shape (n,).
        propensity: probability of that, over 0 and under 1, shape (n,).
        expected: any guess of `followed` that does not know the arm, shape (n,); it takes away noise, never the effect.

    >>> gains(np.array([1, 1]), np.array([True, False]), np.array([0.8, 0.8])).round(6).tolist()
    [1.25, -5.0]
    """
    return np.where(told, 1.0 / propensity, -1.0 / (1.0 - propensity)) * (np.asarray(followed) - expected)


def qini_curve(
    score: NDArray[np.float64], gained: NDArray[np.float64], weights: NDArray[np.float64] | None = None
) -> Curve:
    """The curve of a score; trials that it does not tell apart make one straight piece.

    Args:
        score: the higher, the sooner told, shape (n,) with n > 0.
        gained: as of `gains`, shape (n,); or the true effects, where they are known.
        weights: how often each trial counts, shape (n,); once each by default.

    Four trials, told with one half, in the order of the score: told and followed, held out, told, held out and
    followed. The gains are 2, 0, 0, −2; the curve is 0, ½, ½, ½, 0 at quarters, and the line lies on the axis.

    >>> told, half = np.array([True, False, True, False]), np.full(4, 0.5)
    >>> curve = qini_curve(np.array([4.0, 3.0, 2.0, 1.0]), gains(np.array([1, 0, 0, 1]), told, half))
    >>> curve.gained.tolist(), curve.coefficient
    ([0.0, 0.5, 0.5, 0.5, 0.0], 0.375)
    """
    return _Order(score).curve(gained, np.ones(len(score)) if weights is None else weights)


def bootstrapped(
    scores: Sequence[NDArray[np.float64]],
    gained: NDArray[np.float64],
    users: NDArray[Any],
    weights: NDArray[np.float64],
    *,
    draws: int,
    seed: int,
) -> NDArray[np.float64]:
    """Coefficients of several scores in samples of users drawn with replacement, shape (draws, scores).

    A row's scores are of the same sample, so that their differences are of it too.
    """
    orders = [_Order(score) for score in scores]
    names, owner = np.unique(users, return_inverse=True)
    samples = _samples(len(names), draws, seed)
    counted = (sample[owner] * weights for sample in samples)
    return np.array([[order.curve(gained, each).coefficient for order in orders] for each in counted])


def _samples(users: int, draws: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """How often each user is in each sample."""
    chances = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.bincount(chances.integers(users, size=users), minlength=users)


class _Order:
    """The trials from the highest score to the lowest, and where each score's last one is."""

    def __init__(self, score: NDArray[np.float64]) -> None:
        self._order = np.argsort(-score, kind="stable")
        ordered = score[self._order]
        self._ends = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)

    def curve(self, gained: NDArray[np.float64], weights: NDArray[np.float64]) -> Curve:
        counted = weights[self._order]
        sums = np.cumsum([counted, counted * gained[self._order]], axis=1)[:, self._ends]
        share, won = np.concatenate([np.zeros((2, 1)), sums], axis=1) / sums[0, -1]
        return Curve(share, won)
