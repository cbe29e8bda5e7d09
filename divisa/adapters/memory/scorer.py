"""A model inside this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.scores import checked_scores
from divisa.domain.errors import InvalidModel
from divisa.domain.evaluation import Decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from divisa.ports import Scores


class MemoryScorer:
    """A `Scorer` around a function from features to probabilities, such as a fitted model's `predict_proba`."""

    def __init__(
        self,
        predict_proba: Callable[[NDArray[np.float32]], NDArray[np.floating]],
        *,
        buy_threshold: float = 0.5,
        sell_threshold: float = 0.5,
        model_version: str = "memory",
    ) -> None:
        """Score with `predict_proba`, shape (n, k) to (n, 3), columns HOLD, BUY, SELL.

        A side is decided when its probability reaches its threshold; of two, the one that is further above its own,
        in proportion, and BUY in a tie.
        """
        self._predict_proba = predict_proba
        self._thresholds = np.array([buy_threshold, sell_threshold])
        self._model_version = model_version

    def score(self, features: NDArray[np.float32]) -> Scores:
        """Probabilities and decisions for rows of features.

        Raises:
            InvalidModel: the function does not take these features, or its answer does not fit.
        """
        try:
            probabilities = np.asarray(self._predict_proba(features), dtype=np.float64)
            strength = probabilities[:, [Decision.BUY, Decision.SELL]] / self._thresholds
        except (ValueError, TypeError, IndexError) as error:
            raise InvalidModel(f"the model does not take features of shape {features.shape}") from error
        side = 1 + strength.argmax(axis=1)
        decisions = np.where(strength.max(axis=1) >= 1.0, side, Decision.HOLD).astype(np.int8)
        return checked_scores(probabilities, decisions, self._model_version, len(features))
