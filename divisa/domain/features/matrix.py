"""All features side by side: the matrix that the model is trained on and asked with."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.features import price, state
from divisa.domain.features.price import Affine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.columns import Array
    from divisa.domain.market import MarketView

_PRICE = (
    price.log_price_over_cost,
    price.log_price_over_last_buy,
    price.log_price_over_last_sell,
    price.log_price_over_usual_buy,
    price.z_1h,
    price.z_1d,
    price.z_7d,
    price.z_30d,
    price.range_position,
)
_STATE = (
    state.volatility,
    state.trend_short,
    state.trend_long,
    state.log_trades,
    state.buy_share,
    state.activity,
    state.days_since_last,
    state.gap_ratio,
    state.buy_level,
    state.sell_level,
    state.buy_z,
    state.sell_z,
    state.holding,
    state.gain_share,
    state.sell_phase,
)

PRICE_FEATURE_NAMES = tuple(feature.__name__ for feature in _PRICE)
"""The first columns of the matrix: features affine in the log mid."""
FEATURE_NAMES = PRICE_FEATURE_NAMES + tuple(feature.__name__ for feature in _STATE)
"""All columns, in the model's order."""
FEATURE_HASH = hashlib.sha256("\n".join(FEATURE_NAMES).encode()).hexdigest()[:16]
"""Identifies the columns; a model carries the hash that it was trained with."""


def affine_terms(user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    """Slopes and intercepts of the price features, each float64 of shape (n, len(PRICE_FEATURE_NAMES))."""
    shape = len(user.buys), len(_PRICE)
    terms = Affine(np.empty(shape), np.empty(shape))
    for column, price_feature in enumerate(_PRICE):
        terms.slope[:, column], terms.intercept[:, column] = price_feature(user, market)
    return terms


def state_matrix(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> NDArray[np.float32]:
    """The features that do not move with the price, float32, shape (n, len(FEATURE_NAMES) − the price features)."""
    out = np.empty((len(user.buys), len(_STATE)), dtype=np.float32)
    for column, state_feature in enumerate(_STATE):
        out[:, column] = state_feature(user, market, at)
    return out


def feature_matrix(
    user: BehaviourSummary[Array], market: MarketView[Array], at: Array, x: Array
) -> NDArray[np.float32]:
    """The model's input for n users.

    Args:
        user: columns of shape (n,).
        market: columns of shape (n,), or (1,) for one market that all share.
        at: time of evaluation, seconds since 1970 UTC, shape (n,) or (1,).
        x: log mid to evaluate at, shape (n,) or (1,).

    Returns:
        float32, shape (n, len(FEATURE_NAMES)), C order; NaN where something is not known.
    """
    out = np.empty((len(user.buys), len(FEATURE_NAMES)), dtype=np.float32)
    for column, price_feature in enumerate(_PRICE):
        slope, intercept = price_feature(user, market)
        out[:, column] = slope * x + intercept
    out[:, len(_PRICE) :] = state_matrix(user, market, at)
    return out
