"""One user and one market, as columns of length one, for the examples in this package's docstrings."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.market import DAY, MarketView

USER = stack(
    BehaviourSummary[Array],
    [
        replace(
            NEWCOMER,
            buys=3.0,
            last_at=0.0,
            mean_gap=15.0,
            last_buy=log(17.0),
            usual_buy=log(17.0),
            buy_level=0.2,
            buy_z=-1.5,
            size=100.0,
            recent_buys=2.0,
            position=300.0,
            cost=17.0,
        )
    ],
)
"""Bought three times at 17.00, 30 days before AT, never sold."""

MARKET = stack(
    MarketView[Array],
    [
        MarketView(
            as_of=30 * DAY,
            log_mid=log(17.17),
            ewma_1h=log(17.17),
            ewma_1d=2.84,
            ewma_7d=2.835,
            ewma_30d=2.83,
            sigma=0.01,
            low=2.80,
            high=2.85,
        )
    ],
)
"""A rising market with a volatility of 1 % a day."""

AT = np.array([30 * DAY])
"""The moment of evaluation."""
