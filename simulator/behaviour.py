"""How likely a user is to buy or to sell at a look: the hidden truth that the model is measured against.

Each side has a logit: a resting level, plus the user's lift times how far the user's own reason is there (a logistic
ramp from 0 to 1), minus what a recent transaction took of the urge. The two logits and 0 for doing nothing go through
a softmax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.population import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulator.draws import Floats
    from simulator.population import Population

WEEK_UNIT, MONTH_UNIT = 2.0, 4.2
"""Daily volatilities that make one usual swing around the 7-day and the 30-day average (of a random walk)."""
PAUSE_DEPTH = 5.0
"""Logits that a transaction takes of the urge to trade again, at once."""
PAYDAY_WINDOW = 4.0
"""Days after dollars arrive in which a payday seller changes them."""
PAYDAY_PATIENCE = 2.0
"""Logits between the top and the bottom of the 30-day range in a payday seller's urge to sell."""
TARGET_CEILING = 0.3
"""A target saver waits while the price is more than this many usual swings over its 30-day average."""
GIVING_UP = 0.75
"""How far a large loss is a reason to sell to a profit taker, next to 1 for the gain that was waited for."""
_NEVER = -40.0


@dataclass(frozen=True, slots=True)
class Look:
    """What n users see at their look of the day, arrays of shape (n,); NaN where it has not happened yet.

    Attributes:
        week, month, place: the market, as in `simulator.signals.Signals`.
        gain: log return on the average cost of the position.
        over_sell: log return since the newest sell.
        idle: days since the newest transaction.
        since_buy: days since the newest buy.
        since_payday: days since the newest payday.
        saved: position in units of the user's size.
        can_buy, can_sell: whether there is money for it.
    """

    week: Floats
    month: Floats
    place: Floats
    gain: Floats
    over_sell: Floats
    idle: Floats
    since_buy: Floats
    since_payday: Floats
    saved: Floats
    can_buy: NDArray[np.bool_]
    can_sell: NDArray[np.bool_]


def probabilities(users: Population, look: Look) -> tuple[Floats, Floats]:
    """Probability of a buy and of a sell at this look, each of shape (n,)."""
    buy_reason, sell_reason = _reasons(users, look)
    pause = PAUSE_DEPTH * np.exp(-np.where(np.isnan(look.idle), np.inf, look.idle) / users.pause)
    lean = np.where(np.isnan(look.gain), 0.0, users.disposition * np.sign(look.gain) / 2)
    buy = users.rest + users.lift * buy_reason - pause
    sell = users.rest + users.lift * sell_reason - pause + lean
    patience = PAYDAY_PATIENCE * (look.place - 0.5)
    sell = sell + np.where(users.kind == Kind.PAYDAY_SELLER, patience, 0.0)
    e_buy = np.exp(np.where(look.can_buy, buy, _NEVER))
    e_sell = np.exp(np.where(look.can_sell, sell, _NEVER))
    total = 1.0 + e_buy + e_sell
    return e_buy / total, e_sell / total


def _reasons(users: Population, look: Look) -> tuple[Floats, Floats]:
    """How far each user's reason to buy and to sell is there, 0 to 1."""
    swing = 0.25 * look.week / WEEK_UNIT + 0.75 * look.month / MONTH_UNIT
    rally = 0.75 * look.week / WEEK_UNIT + 0.25 * look.month / MONTH_UNIT
    below_sell = np.where(np.isnan(look.over_sell), 0.5 - look.place, -look.over_sell / users.dip - 1.0)
    arrived = look.since_payday - users.lag
    gain = np.where(np.isnan(look.gain), 0.0, look.gain)
    none = np.zeros_like(swing)
    buy = [
        _ramp((-swing - users.buy_at) / 0.15),
        _ramp((rally - users.buy_at) / 0.15),
        _ramp(below_sell / 0.25) * _ramp((2.5 - look.saved) / 0.3),
        none,
        _ramp((np.where(np.isnan(look.since_buy), 99.0, look.since_buy) - users.period) / 0.6)
        * _ramp((TARGET_CEILING - look.month / MONTH_UNIT) / 0.1),
        none,
    ]
    sell = [
        _ramp((swing - users.sell_at) / 0.15),
        _ramp((-rally - users.sell_at) / 0.15),
        _ramp((gain / users.take_at - 1.0) / 0.2) + GIVING_UP * _ramp((-gain / users.take_at - 2.5) / 0.4),
        _ramp((arrived + 0.5) / 0.2) * _ramp((PAYDAY_WINDOW - 0.5 - arrived) / 0.2),
        _ramp((look.saved - users.goal) / 0.3),
        none,
    ]
    return np.choose(users.kind, buy), np.choose(users.kind, sell)


def _ramp(t: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(t, -40.0, 40.0))))
