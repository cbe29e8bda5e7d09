"""The quick average of the price above the slow one, or below: the oldest rule of chart readers."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from model.baselines.baseline import Baseline, Features, Floats, Rows, States, loss_of, rates_of

if TYPE_CHECKING:
    from collections.abc import Sequence

TRENDS = ("trend_short", "trend_long")
"""Features that are a quick average less a slow one: 1 day and 7 days, 7 days and 30 days."""
_STATES = 2


@dataclass(frozen=True)
class MovingAverageCross(Baseline):
    """Says one side while the quick average is above, the other while it is not, and how often that came true.

    Attributes:
        rates: of the classes below and above, shape (2, 3).
        trend: the feature.
        column: of it.
        buys_above: whether it says BUY above and SELL below, or the other way round.
    """

    rates: Floats
    trend: str
    column: int
    buys_above: bool

    @property
    def chosen(self) -> dict[str, Any]:
        """The settings that were chosen."""
        return {"trend": self.trend, "buys_above": self.buys_above}

    def probabilities(self, features: Features) -> Floats:
        """Of HOLD, BUY and SELL, shape (n, 3)."""
        return np.asarray(self.rates[_is_above(features, self.column)])

    def scores(self, features: Features) -> Floats:
        """How far the averages lie apart."""
        trend = np.nan_to_num(features[:, self.column].astype(np.float64))
        towards_buy = trend if self.buys_above else -trend
        return np.column_stack([towards_buy, -towards_buy])


def fit_moving_average_cross(fitted: Rows, tried: Rows, names: Sequence[str]) -> MovingAverageCross:
    """Rates and direction of the first rows; the pair of averages with the least log loss on the second."""
    choices = []
    for trend in TRENDS:
        column = names.index(trend)
        below, above = rates = rates_of(fitted.counts(_is_above(fitted.features, column), _STATES))
        # BUY goes with the state in which more of what people did was buying.
        buys_above = bool(above[1] * below[2] >= below[1] * above[2])
        loss = loss_of(rates, tried.counts(_is_above(tried.features, column), _STATES))
        choices.append((loss, MovingAverageCross(rates, trend, column, buys_above)))
    return min(choices, key=itemgetter(0))[1]


def _is_above(features: Features, column: int) -> States:
    return (features[:, column] > 0).astype(np.int64)
