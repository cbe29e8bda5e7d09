"""The shares of the classes, for everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.baselines.baseline import Baseline, Features, Floats, Rows, rates_of
from model.inference import CLASSES


@dataclass(frozen=True)
class BaseRate(Baseline):
    """The same probabilities for every row, shape (3,)."""

    rates: Floats

    def probabilities(self, features: Features) -> Floats:
        """Of HOLD, BUY and SELL, shape (n, 3)."""
        return np.broadcast_to(self.rates, (len(features), len(CLASSES)))


def fit_base_rate(fitted: Rows) -> BaseRate:
    """The weighted shares of the classes in these rows."""
    return BaseRate(rates_of(fitted.counts(np.zeros(len(fitted.labels), dtype=np.int64), 1))[0])
