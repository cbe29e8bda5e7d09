"""Users and a market for the benchmarks: seeded, of the shapes that real ones have."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary, Trades, fold
from divisa.domain.columns import Array, stack
from divisa.domain.market import DAY, MarketView
from divisa.domain.pair import Pair
from divisa.domain.quote import Quote

if TYPE_CHECKING:
    from collections.abc import Iterator

PAIR = Pair("USD", "MXN")
START = datetime(2024, 3, 4, 14, tzinfo=UTC)  # a Monday afternoon: the market is open
PRICE = 17.0
"""Around which everybody has traded."""
TRADES = 8
"""Transactions that each user has behind them."""


def market(users: int) -> MarketView[Array]:
    """One market a row, all alike but for noise."""
    noise = np.random.default_rng(1).normal(0.0, 0.002, users)
    level = math.log(PRICE)
    return MarketView(
        as_of=np.full(users, START.timestamp()),
        log_mid=level + noise,
        ewma_1h=np.full(users, level),
        ewma_1d=np.full(users, level - 0.001),
        ewma_7d=np.full(users, level - 0.004),
        ewma_30d=np.full(users, level + 0.003),
        sigma=np.full(users, 0.007),
        low=np.full(users, level - 0.03),
        high=np.full(users, level + 0.03),
    )


def trades(users: int, rounds: int = TRADES) -> Iterator[Trades[Array]]:
    """The k-th transaction of every user, oldest first, all before START."""
    rng = np.random.default_rng(2)
    for step in range(rounds):
        yield Trades(
            at=START.timestamp() - DAY * (rounds - step) * 10 + rng.uniform(0, DAY, users),
            buy=(rng.random(users) < 0.6).astype(np.float64),
            quantity=rng.lognormal(5.0, 0.7, users),
            price=rng.normal(PRICE, 0.3, users),
        )


def summaries(users: int) -> BehaviourSummary[Array]:
    """Summaries of users with TRADES transactions each."""
    columns = stack(BehaviourSummary[Array], [NEWCOMER] * users)
    for round_ in trades(users):
        columns = fold(columns, round_, market(users))
    return columns


def quotes(count: int) -> list[Quote]:
    """A quote a minute on a seeded random walk from PRICE."""
    steps = np.random.default_rng(3).normal(0.0, 0.0015, count).cumsum()
    half_spread = Decimal("0.0010")
    made = []
    for index, mid in enumerate(PRICE * np.exp(steps)):
        price = Decimal(f"{mid:.4f}")
        at = START + timedelta(minutes=index)
        made.append(Quote(PAIR, price - half_spread, price + half_spread, at, index + 1, "bench"))
    return made
