"""Features that do not move with the price: the market's mood, the user's habits, the clock.

Every function takes the columns of n users, the market (shape (n,) or (1,)) and the time of evaluation (seconds since
1970 UTC, shape (n,) or (1,)) and returns float64 that broadcasts to shape (n,). NaN means "not known yet".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.behaviour import ACTIVITY_HALF_LIFE, half_month_angle
from divisa.domain.market import DAY, HOUR

if TYPE_CHECKING:
    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.columns import Array
    from divisa.domain.market import MarketView

SHORTEST_GAP = HOUR / 60 / DAY
"""Days, one minute: a shorter average gap means a burst of orders, of which no habit can be told."""


def volatility(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Standard deviation of the log return of one day, 30-day half-life.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> volatility(USER, MARKET, AT)
    array([0.01])
    """
    return market.sigma


def trend_short(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """The 1-day average over the 7-day average, in daily volatilities.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> trend_short(USER, MARKET, AT).round(3)
    array([0.5])
    """
    return (market.ewma_1d - market.ewma_7d) / market.sigma


def trend_long(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """The 7-day average over the 30-day average, in daily volatilities.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> trend_long(USER, MARKET, AT).round(3)
    array([0.5])
    """
    return (market.ewma_7d - market.ewma_30d) / market.sigma


def log_trades(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Logarithm of one plus the number of transactions so far.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> log_trades(USER, MARKET, AT).round(3)
    array([1.386])
    """
    return np.log1p(user.buys + user.sells)


def buy_share(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Share of buys in the recent transactions, 0 to 1.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> buy_share(USER, MARKET, AT)
    array([1.])
    """
    return _ratio(user.recent_buys, user.recent_buys + user.recent_sells)


def activity(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Transactions so far, each halved for every 30 days that passed since.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> activity(USER, MARKET, AT)
    array([1.])
    """
    idle = np.where(np.isnan(user.last_at), 0.0, at - user.last_at)
    return (user.recent_buys + user.recent_sells) * np.exp2(-idle / ACTIVITY_HALF_LIFE)


def days_since_last(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Days since the user's newest transaction.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> days_since_last(USER, MARKET, AT)
    array([30.])
    """
    return (at - user.last_at) / DAY


def gap_ratio(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Days since the newest transaction as a multiple of the user's average gap, which counts as a minute at least.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> gap_ratio(USER, MARKET, AT)
    array([2.])
    """
    return days_since_last(user, market, at) / np.maximum(user.mean_gap, SHORTEST_GAP)


def buy_level(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Where in the 30-day range the user buys, 0 low to 1 high.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> buy_level(USER, MARKET, AT)
    array([0.2])
    """
    return user.buy_level


def sell_level(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Where in the 30-day range the user sells, 0 low to 1 high.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> sell_level(USER, MARKET, AT)
    array([nan])
    """
    return user.sell_level


def buy_z(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """How far from the 7-day average the user buys, in daily volatilities: dips or rallies.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> buy_z(USER, MARKET, AT)
    array([-1.5])
    """
    return user.buy_z


def sell_z(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """How far from the 7-day average the user sells, in daily volatilities.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> sell_z(USER, MARKET, AT)
    array([nan])
    """
    return user.sell_z


def holding(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Logarithm of one plus the position in units of the user's average transaction.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> holding(USER, MARKET, AT).round(3)
    array([1.386])
    """
    return np.log1p(_ratio(user.position, user.size))


def gain_share(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Share of the user's closing sells that were above average cost, 0 to 1.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> gain_share(USER, MARKET, AT)
    array([nan])
    """
    return _ratio(user.gains, user.gains + user.losses)


def sell_phase(user: BehaviourSummary[Array], market: MarketView[Array], at: Array) -> Array:
    """Agreement of today with the half-month days on which the user sells, -1 to 1: paydays.

    >>> from divisa.domain.features.examples import AT, MARKET, USER
    >>> sell_phase(USER, MARKET, AT)
    array([nan])
    """
    angle = half_month_angle(at)
    return user.phase_cos * np.cos(angle) + user.phase_sin * np.sin(angle)


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, np.where(whole > 0, whole, np.nan))
