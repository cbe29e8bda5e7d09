"""Buy at x % below a reference, sell at x % above it: what people can have today."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from model.baselines.baseline import Baseline, Features, Floats, Rows, States, loss_of, rates_of

if TYPE_CHECKING:
    from collections.abc import Sequence

REFERENCES = {
    "log_price_over_cost": None,
    "log_price_over_last_buy": None,
    "log_price_over_last_sell": None,
    "z_7d": "volatility",
    "z_30d": "volatility",
}
"""Features that tell how far the price is above what an alert may hang on, and what they are measured in."""
STEPS = (0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1)
"""How far from it the alert may sit, log price."""
_STATES = 3


@dataclass(frozen=True)
class RateAlert(Baseline):
    """Says BUY or SELL by distance, and as a probability how often that came true.

    Attributes:
        rates: of the classes when it says nothing, BUY and SELL, shape (3, 3).
        reference: the feature that measures the distance.
        step: log price, either way.
        column: of the reference.
        unit: column of what the reference is measured in; None when it is a log price.
    """

    rates: Floats
    reference: str
    step: float
    column: int
    unit: int | None

    @property
    def chosen(self) -> dict[str, Any]:
        """The settings that were chosen."""
        return {"reference": self.reference, "step": self.step}

    def probabilities(self, features: Features) -> Floats:
        """Of HOLD, BUY and SELL, shape (n, 3)."""
        return np.asarray(self.rates[_said(_distance(features, self.column, self.unit), self.step)])

    def scores(self, features: Features) -> Floats:
        """The distance: an alert can be set at any."""
        distance = np.nan_to_num(_distance(features, self.column, self.unit))
        return np.column_stack([-distance, distance])


def fit_rate_alert(fitted: Rows, tried: Rows, names: Sequence[str]) -> RateAlert:
    """Rates of the first rows; of all references and steps those with the least log loss on the second."""
    choices = []
    for reference, measure in REFERENCES.items():
        column, unit = names.index(reference), None if measure is None else names.index(measure)
        learned, seen = (_distance(rows.features, column, unit) for rows in (fitted, tried))
        for step in STEPS:
            rates = rates_of(fitted.counts(_said(learned, step), _STATES))
            loss = loss_of(rates, tried.counts(_said(seen, step), _STATES))
            choices.append((loss, RateAlert(rates, reference, step, column, unit)))
    return min(choices, key=itemgetter(0))[1]


def _distance(features: Features, column: int, unit: int | None) -> Floats:
    """How far the price is above the reference, log price, shape (n,); NaN where there is no reference."""
    distance = features[:, column].astype(np.float64)
    return distance if unit is None else distance * features[:, unit]


def _said(distance: Floats, step: float) -> States:
    """What the alert says: 1 BUY at so far below, 2 SELL at so far above, 0 nothing."""
    return np.where(distance <= -step, 1, np.where(distance >= step, 2, 0))
