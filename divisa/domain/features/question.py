"""The question to the model: users, their lines of price features, the log price to be asked at, and a margin.

A model that is given the lines instead of the features at one price can say until which price its answer holds. It
forms the price features itself, as float32(slope · x + intercept), which is what it was trained on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from divisa.domain.features.matrix import FEATURE_NAMES, PRICE_FEATURE_NAMES, affine_terms, state_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.columns import Array
    from divisa.domain.market import MarketView

_PRICE = len(PRICE_FEATURE_NAMES)
QUESTION_NAMES = (
    "x",
    *(f"slope_of_{name}" for name in PRICE_FEATURE_NAMES),
    *(f"intercept_of_{name}" for name in PRICE_FEATURE_NAMES),
    *FEATURE_NAMES[_PRICE:],
    "margin",
)
"""Columns of `Question.rows`, in the endpoint's order."""


class Question(NamedTuple):
    """n users and the log prices to be asked at.

    Attributes:
        x: log prices, float64, shape (n,).
        slope, intercept: of the price features, float64, shape (n, len(PRICE_FEATURE_NAMES)); NaN where not known.
        state: the other features, float32, shape (n, k − len(PRICE_FEATURE_NAMES)); NaN where not known.
        margin: log price, float64, shape (n,): HOLD for less than this does not part a side in two. NaN asks for no
            more than the band.
    """

    x: NDArray[np.float64]
    slope: NDArray[np.float64]
    intercept: NDArray[np.float64]
    state: NDArray[np.float32]
    margin: NDArray[np.float64]

    def features(self) -> NDArray[np.float32]:
        """What the model reads at x: equal to `feature_matrix`, float32, shape (n, k)."""
        moving = (self.slope * self.x[:, None] + self.intercept).astype(np.float32)
        return np.concatenate([moving, self.state], axis=1)

    def rows(self) -> NDArray[np.float64]:
        """One row a user, columns QUESTION_NAMES, float64: what travels to an endpoint, nothing lost."""
        columns = self.x[:, None], self.slope, self.intercept, self.state, self.margin[:, None]
        return np.concatenate(columns, axis=1)

    def part(self, rows: slice | Sequence[int] | NDArray[np.int64]) -> Question:
        """The question about some of the users."""
        return Question(self.x[rows], self.slope[rows], self.intercept[rows], self.state[rows], self.margin[rows])

    def at(self, x: ArrayLike) -> Question:
        """The same users at other log prices, shape (n,), or () for one that all share."""
        return self._replace(x=np.array(np.broadcast_to(x, self.x.shape), dtype=np.float64))


def question(
    user: BehaviourSummary[Array], market: MarketView[Array], at: Array, x: Array, margin: float = np.nan
) -> Question:
    """What is to be asked about n users.

    Args:
        user: columns of shape (n,).
        market: columns of shape (n,), or (1,) for one market that all share.
        at: time of evaluation, seconds since 1970 UTC, shape (n,) or (1,).
        x: log mid to evaluate at, shape (n,) or (1,).
        margin: that all share; NaN for none.
    """
    slope, intercept = affine_terms(user, market)
    n = len(slope)
    prices = np.array(np.broadcast_to(x, n), dtype=np.float64)
    return Question(prices, slope, intercept, state_matrix(user, market, at), np.full(n, margin))


def question_of_rows(rows: NDArray[np.float64]) -> Question:
    """The question that `Question.rows` was made of, shape (n, len(QUESTION_NAMES))."""
    x, slope, intercept, state, margin = np.split(rows, [1, 1 + _PRICE, 1 + 2 * _PRICE, rows.shape[1] - 1], axis=1)
    return Question(x[:, 0], slope, intercept, state.astype(np.float32), margin[:, 0])
