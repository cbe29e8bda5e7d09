"""The user's own recent rate and lean, drawn towards everybody's.

The features know the user's transactions, each halved for every 30 days that passed since (`activity`), and the share
of buys in them (`buy_share`). A count that is Poisson, with a gamma prior of so much strength on its rate, has the mean

    rate · (activity + strength) / (mean activity + strength)

and the share of buys is drawn towards everybody's in the same way, as the mean of a beta distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from model.baselines.base_rate import fit_base_rate
from model.baselines.baseline import Baseline, Features, Floats, Rows
from model.evaluate import log_loss

if TYPE_CHECKING:
    from collections.abc import Sequence

STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""How many recent transactions everybody's rate may count as, against the user's own."""
LARGEST_RATE = 0.5
"""Nobody is said to trade more likely than this."""


@dataclass(frozen=True)
class PerUserRate(Baseline):
    """Everybody's rate times how active the user is.

    Attributes:
        rates: everybody's, shape (3,).
        mean_activity: of everybody.
        strength, lean_strength: recent transactions that everybody's rate and everybody's share of buys count as.
        activity, buy_share: columns of those features.
    """

    rates: Floats
    mean_activity: float
    strength: float
    lean_strength: float
    activity: int
    buy_share: int

    @property
    def chosen(self) -> dict[str, Any]:
        """The settings that were chosen."""
        return {"strength": self.strength, "lean_strength": self.lean_strength}

    def probabilities(self, features: Features) -> Floats:
        """Of HOLD, BUY and SELL, shape (n, 3)."""
        activity, share = _known(features, self.activity), features[:, self.buy_share].astype(np.float64)
        active = (activity + self.strength) / (self.mean_activity + self.strength)
        rate = np.minimum((1.0 - self.rates[0]) * active, LARGEST_RATE)
        lean = self.rates[1] / (self.rates[1] + self.rates[2])
        own = np.where(np.isnan(share), lean, share)
        buys = (activity * own + self.lean_strength * lean) / (activity + self.lean_strength)
        return np.column_stack([1.0 - rate, rate * buys, rate * (1.0 - buys)])


def fit_per_user_rate(fitted: Rows, names: Sequence[str]) -> PerUserRate:
    """The strengths with the least log loss on these rows."""
    activity, buy_share = names.index("activity"), names.index("buy_share")
    rates = fit_base_rate(fitted).rates
    mean = float(np.average(_known(fitted.features, activity), weights=fitted.weights))
    some = fitted.thinned()
    choices = [PerUserRate(rates, mean, *both, activity, buy_share) for both in product(STRENGTHS, STRENGTHS)]
    return min(choices, key=lambda choice: log_loss(choice.probabilities(some.features), some.labels, some.weights))


def _known(features: Features, column: int) -> Floats:
    """A column that is 0 where nothing is known yet."""
    return np.nan_to_num(features[:, column].astype(np.float64))
