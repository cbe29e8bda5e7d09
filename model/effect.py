"""The effect of a message, as the endpoint tells it: a fitted model, and what it reads.

The artefact carries this file beside `inference.py`, so it imports nothing but numpy; what learns is `model.uplift`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SELL = 2
"""The class index of a side."""


class Learner(StrEnum):
    """How the effect is learned."""

    T = "t_learner"
    X = "x_learner"


@dataclass(frozen=True, slots=True)
class UpliftModel:
    """A fitted model of the effect.

    Attributes:
        learner: which it is.
        told, untold: fitted on who was told, and on who was not. Of the T-learner classifiers of following, of the
            X-learner regressions of the effect.
        share: probability of being told, on average over what was learned from.
    """

    learner: Learner
    told: Any
    untold: Any
    share: float

    def parts(self) -> dict[str, Any]:
        """What the artefact keeps of it, by name of the attribute: nothing that needs this module to be read."""
        return {"learner": self.learner.value, "told": self.told, "untold": self.untold, "share": self.share}

    def effect(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """What telling adds to the probability of following, −1 to 1, shape (n,), of `inputs_of`."""
        if self.learner is Learner.T:
            found = follows(self.told, inputs) - follows(self.untold, inputs)
        else:
            found = self.share * self.untold.predict(inputs) + (1.0 - self.share) * self.told.predict(inputs)
        return np.clip(np.asarray(found, dtype=np.float64), -1.0, 1.0)


def model_of(parts: Mapping[str, Any], features: int) -> UpliftModel:
    """The model that the artefact keeps in `parts`.

    Args:
        parts: as `UpliftModel.parts` told them.
        features: how many features the response model reads.

    Raises:
        ValueError: they are not its parts, or it reads another number of features; says which.
    """
    try:
        model = UpliftModel(Learner(parts["learner"]), parts["told"], parts["untold"], float(parts["share"]))
        read = {model.told.n_features_in_, model.untold.n_features_in_}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"the model of the effect of a message is broken: {error}") from error
    if read != {features + 1}:
        raise ValueError(f"the model of the effect of a message reads {sorted(read)} inputs, not {features + 1}")
    return model


def input_names(feature_names: tuple[str, ...]) -> tuple[str, ...]:
    """What a model of the effect reads: the features, and which side is suggested.

    What the response model says is not among it: it learned from who was held out and not from who was told, so that
    it would know the one arm's answers, and the difference of the arms would be its memory.
    """
    return (*feature_names, "is_sell")


def inputs_of(features: NDArray[np.float32], suggested: NDArray[np.int8]) -> NDArray[np.float32]:
    """The columns of `input_names`, float32.

    Args:
        features: float32, shape (n, k), NaN for "not known".
        suggested: class index of the side, 1 BUY or 2 SELL, shape (n,).

    >>> inputs_of(np.zeros((2, 1), np.float32), np.array([1, 2], np.int8)).tolist()
    [[0.0, 0.0], [0.0, 1.0]]
    """
    return np.column_stack([features, (suggested == SELL).astype(np.float32)])


def follows(model: Any, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
    """The probability of following that a classifier gives, shape (n,)."""
    return np.asarray(model.predict_proba(inputs)[:, 1], dtype=np.float64)
