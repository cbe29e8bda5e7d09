"""Closed loops as a training matrix: their users' days, what they were told, and what telling them truly added."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary, Trades, fold, trade_of
from divisa.domain.columns import Array, field_names, stack, take
from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_NAMES, feature_matrix
from divisa.domain.market import DAY, MarketView
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from model.matrix import TrainingMatrix
from model.split import UNUSED, beginnings, is_held_out, parts_of
from simulator.closed_loop import run_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from divisa.domain.quote import Quote
    from divisa.domain.suggestion import Suggestion
    from divisa.domain.transaction import Transaction
    from simulator.closed_loop import Loop

EVERY = 8
"""Of that many days without a suggestion one is kept: there are far more of them than of those with one."""
WORKERS = 2
_DECISIONS = {Side.BUY: Decision.BUY, Side.SELL: Decision.SELL}


class Lives(NamedTuple):
    """What runs gave.

    Attributes:
        matrix: days of users at midnight, UTC; all with a suggestion, few of the others.
        added: what the suggestion truly adds to the probability of its trade, float64, shape (n,); NaN without one.
    """

    matrix: TrainingMatrix
    added: NDArray[np.float64]


def lives(loop: Loop, seeds: Sequence[int]) -> Lives:
    """Run the loop for each seed; users of different seeds are different people."""
    with ProcessPoolExecutor(WORKERS) as pool:
        mornings = list(pool.map(partial(_watched, loop), seeds))
    days = {name: np.concatenate([each[name] for each in mornings]) for name in mornings[0]}
    sizes = [len(each["at"]) for each in mornings]
    days["users"] += np.repeat(np.arange(len(seeds), dtype=np.int32) * loop.users, sizes)
    starts = beginnings(np.unique(days["at"] // int(DAY))) * int(DAY)
    held_out = np.array([[is_held_out(f"{seed}/{user}") for user in range(loop.users)] for seed in seeds]).ravel()
    parts, _ = parts_of(days["at"], int(DAY), starts, held_out[days["users"]])
    is_kept = (parts != UNUSED) & ((days["suggested"] != Decision.HOLD) | (np.arange(len(parts)) % EVERY == 0))
    kept = {name: column[is_kept] for name, column in days.items()}
    plain = TrainingMatrix.of_calendar(
        kept["features"], kept["labels"], parts[is_kept], kept["users"], kept["at"], FEATURE_NAMES
    )
    matrix = replace(
        plain,
        pair_names=(f"{loop.pair}",),
        weights=np.where(kept["suggested"] != Decision.HOLD, 1.0, EVERY).astype(np.float32),
        **{name: kept[name] for name in ("trades", "suggested", "told", "propensities")},
    )
    return Lives(matrix, kept["added"])


def _watched(loop: Loop, seed: int) -> dict[str, Any]:
    """The user-days of a run by column."""
    witness = _Notebook(loop)
    run_before(witness, seed, loop)
    return {name: np.concatenate([each[name] for each in witness.days]) for name in witness.days[0]}


@dataclass(slots=True)
class _Notebook:
    """A witness that writes down every user's every morning.

    Attributes:
        loop: what is run.
        days: columns of the mornings so far.
        behaviour: everybody's summary as of the newest morning, columns of shape (users,).
        trades: by user, of the day that has begun; nobody trades twice on one.
        market: of that day's morning.
    """

    loop: Loop
    days: list[dict[str, Any]] = field(default_factory=list)
    behaviour: BehaviourSummary[Array] = field(init=False)
    trades: dict[int, Trades[float]] = field(default_factory=dict)
    market: MarketView[float] | None = None

    def __post_init__(self) -> None:
        self.behaviour = stack(BehaviourSummary[Array], [NEWCOMER] * self.loop.users)

    def morning(self, quote: Quote, market: MarketView[float], present: NDArray[np.bool_]) -> None:
        self._close()
        self.market = market
        users = np.flatnonzero(present)
        seen, at = stack(MarketView[Array], [market]), np.array([quote.event_time.timestamp()])
        known, n = take(BehaviourSummary[Array], self.behaviour, users), len(users)
        self.days.append(
            {
                "features": feature_matrix(known, seen, at, np.array([quote.log_mid])),
                "users": users.astype(np.int32),
                "at": np.full(n, at[0], dtype=np.int64),
                "labels": np.zeros(n, dtype=np.int8),
                "trades": (known.buys + known.sells).astype(np.int32),
                "suggested": np.zeros(n, dtype=np.int8),
                "told": np.zeros(n, dtype=np.bool_),
                "propensities": np.full(n, np.nan, dtype=np.float32),
                "added": np.full(n, np.nan),
            }
        )

    def suggested(self, user: int, suggestion: Suggestion, added: float) -> None:
        today = self.days[-1]
        row = np.searchsorted(today["users"], user)
        today["suggested"][row] = _DECISIONS[suggestion.side]
        today["told"][row] = suggestion.suppressed is not Suppression.HOLDOUT
        today["propensities"][row] = 1.0 - self.loop.rules.holdout_share
        today["added"][row] = added

    def traded(self, user: int, done: Transaction, market: MarketView[float]) -> None:
        today = self.days[-1]
        if done.event_time.timestamp() >= today["at"][0] + DAY:
            raise AssertionError("a look of a day lies within its 24 hours")
        today["labels"][np.searchsorted(today["users"], user)] = _DECISIONS[done.side]
        self.trades[user] = trade_of(done)

    def _close(self) -> None:
        """Fold yesterday's transactions."""
        if not self.trades or self.market is None:
            return
        users = np.array(list(self.trades))
        before = take(BehaviourSummary[Array], self.behaviour, users)
        market = stack(MarketView[Array], [self.market])
        after = fold(before, stack(Trades[Array], list(self.trades.values())), market)
        for name in field_names(BehaviourSummary):
            getattr(self.behaviour, name)[users] = getattr(after, name)
        self.trades.clear()
