"""A batch of users as the compiled search takes it: types, shapes and layout are put right, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .ensemble import Ensemble


class Users(NamedTuple):
    """n users, each with the log price to be evaluated at.

    Attributes:
        x: log prices, float64, shape (n,).
        slope, intercept: terms of the price features, float64, shape (n, price features); a NaN makes it missing.
        state: the other features, float32, shape (n, other features); NaN for missing.
    """

    x: NDArray[np.float64]
    slope: NDArray[np.float64]
    intercept: NDArray[np.float64]
    state: NDArray[np.float32]

    def at(self, row: int, x: NDArray[np.float64]) -> Users:
        """One of the users, as often as there are log prices, each time at another one."""
        one = slice(row, row + 1)
        return Users(
            x,
            np.repeat(self.slope[one], len(x), axis=0),
            np.repeat(self.intercept[one], len(x), axis=0),
            np.repeat(self.state[one], len(x), axis=0),
        )

    def features(self) -> NDArray[np.float32]:
        """What the classifier itself is given, shape (n, columns)."""
        moving = (self.slope * self.x[:, None] + self.intercept).astype(np.float32)
        return np.concatenate([moving, self.state], axis=1)


def users_of(ensemble: Ensemble, x: ArrayLike, slope: ArrayLike, intercept: ArrayLike, state: ArrayLike) -> Users:
    """The columns in the types that the search is compiled for.

    Raises:
        ValueError: shapes that do not belong together or to the ensemble, or a state feature that is infinite.
    """
    made = Users(
        np.ascontiguousarray(x, dtype=np.float64),
        np.ascontiguousarray(slope, dtype=np.float64),
        np.ascontiguousarray(intercept, dtype=np.float64),
        np.ascontiguousarray(state, dtype=np.float32),
    )
    n, price = made.x.size, ensemble.price_features
    expected = ((n,), (n, price), (n, price), (n, ensemble.columns - price))
    shapes = tuple(column.shape for column in made)
    if shapes != expected:
        raise ValueError(f"x, slope, intercept and state must be of shapes {expected}, not {shapes}")
    if np.isinf(made.state).any():
        raise ValueError("a state feature is infinite")
    return made
