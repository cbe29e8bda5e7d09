"""Features that move with the price: each is slope · x + intercept, x the natural logarithm of the mid.

Every function takes the columns of n users and the market (shape (n,) or (1,)) and returns the two terms, float64,
shape (n,). A user who has no such price yet gets NaN, which the model reads as "missing". Slopes are positive, so a
cut on the feature is a cut on the price, the same way round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.columns import Array
    from divisa.domain.market import MarketView


class Affine(NamedTuple):
    """The terms of a feature that is affine in the log mid."""

    slope: Array
    intercept: Array


def log_price_over_cost(user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    """Log return on the position's weighted average cost.

    >>> from divisa.domain.features.examples import MARKET, USER
    >>> slope, intercept = log_price_over_cost(USER, MARKET)
    >>> bool(np.isclose(slope * np.log(17.17) + intercept, 0.00995, atol=1e-5))
    True
    """
    return _log_ratio(np.log(user.cost))


def log_price_over_last_buy(user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    """Log return since the user's newest buy.

    >>> from divisa.domain.features.examples import MARKET, USER
    >>> log_price_over_last_buy(USER, MARKET).slope
    array([1.])
    """
    return _log_ratio(user.last_buy)


def log_price_over_last_sell(user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    """Log return since the user's newest sell; NaN for one who never sold.

    >>> from divisa.domain.features.examples import MARKET, USER
    >>> log_price_over_last_sell(USER, MARKET).intercept
    array([nan])
    """
    return _log_ratio(user.last_sell)


def log_price_over_usual_buy(user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    """Log return over the average price of the user's buys.

    >>> from divisa.domain.features.examples import MARKET, USER
    >>> slope, intercept = log_price_over_usual_buy(USER, MARKET)
    >>> bool(np.isclose(slope * np.log(17.0) + intercept, 0.0))
    True
    """
    return _log_ratio(user.usual_buy)


def z_1h(user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    """Distance from the 1-hour average, in daily volatilities.

    >>> from divisa.domain.features.examples import MARKET, USER
    >>> slope, intercept = z_1h(USER, MARKET)
    >>> bool(np.isclose(slope * MARKET.ewma_1h + intercept, 0.0))
    True
    """
    return _z(market.ewma_1h, user, market)


def z_1d(user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    """Distance from the 1-day average, in daily volatilities.

    >>> from divisa.domain.features.examples import MARKET, USER
    >>> slope, intercept = z_1d(USER, MARKET)
    >>> bool(np.isclose(slope * (MARKET.ewma_1d + 0.01) + intercept, 1.0))
    True
    """
    return _z(market.ewma_1d, user, market)


def z_7d(user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    """Distance from the 7-day average, in daily volatilities.

    >>> from divisa.domain.features.examples import MARKET, USER
    >>> slope, intercept = z_7d(USER, MARKET)
    >>> bool(np.isclose(slope * (MARKET.ewma_7d - 0.01) + intercept, -1.0))
    True
    """
    return _z(market.ewma_7d, user, market)


def z_30d(user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    """Distance from the 30-day average, in daily volatilities.

    >>> from divisa.domain.features.examples import MARKET, USER
    >>> slope, intercept = z_30d(USER, MARKET)
    >>> bool(np.isclose(slope * (MARKET.ewma_30d + 0.02) + intercept, 2.0))
    True
    """
    return _z(market.ewma_30d, user, market)


def range_position(user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    """Place in the 30-day range: 0 at the low, 1 at the high, beyond when the price breaks out; NaN without range.

    >>> from divisa.domain.features.examples import MARKET, USER
    >>> slope, intercept = range_position(USER, MARKET)
    >>> bool(np.isclose(slope * MARKET.high + intercept, 1.0))
    True
    """
    width = market.high - market.low
    slope = 1.0 / np.where(width > 0, width, np.nan)
    return _spread(Affine(slope, -slope * market.low), user)


def _log_ratio(reference: Array) -> Affine:
    return Affine(np.ones_like(reference), -reference)


def _z(mean: Array, user: BehaviourSummary[Array], market: MarketView[Array]) -> Affine:
    slope = 1.0 / market.sigma
    return _spread(Affine(slope, -slope * mean), user)


def _spread(terms: Affine, user: BehaviourSummary[Array]) -> Affine:
    """Terms that depend on the market alone, repeated for every user."""
    shape = user.buys.shape
    return Affine(np.broadcast_to(terms.slope, shape), np.broadcast_to(terms.intercept, shape))
