"""The hidden population: which kind each simulated user is and how strongly, drawn once from the seed.

The model never sees any of this; it has to find it in the ledger. docs/simulator.md says what each kind does and
which sizes come from the literature.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.draws import Draws, Floats, Ints


class Kind(IntEnum):
    """What drives a user."""

    CONTRARIAN = 0
    MOMENTUM = 1
    PROFIT_TAKER = 2
    PAYDAY_SELLER = 3
    TARGET_SAVER = 4
    DORMANT = 5


SHARES = {
    Kind.CONTRARIAN: 0.22,
    Kind.MOMENTUM: 0.15,
    Kind.PROFIT_TAKER: 0.20,
    Kind.PAYDAY_SELLER: 0.25,
    Kind.TARGET_SAVER: 0.12,
    Kind.DORMANT: 0.06,
}
"""Share of each kind in the population. Chosen, not sourced."""
PAIR_WEIGHTS = (0.8, 0.2)
"""Share of the first configured pair, and of all others together."""
_PERIODS = np.array([7.0, 14.0, 30.0])


@dataclass(frozen=True, slots=True)
class Population:
    """Hidden parameters, one value a user, arrays of shape (n,).

    Attributes:
        index: number of the user, from 0.
        pair: index of the user's pair.
        kind: a `Kind`.
        rest: logit of a side's daily probability while nothing calls for it.
        lift: what is added to `rest` when the user's reason is fully there.
        buy_at, sell_at: how far the price must have moved, in daily volatilities, until the reason is half there.
        take_at: log return on average cost at which a profit taker's reason to sell is half there.
        dip: log return under the newest sell at which a profit taker's reason to buy again is half there.
        disposition: log odds of selling at a gain over selling at a loss (Odean 1998: log 1.5 for the crowd).
        pause: days in which the urge to trade recovers after a transaction.
        lag: days after payday on which received dollars arrive.
        period: days between a target saver's buys.
        size: median of the user's transaction, base currency.
        remittance: median of what a payday seller receives each half month, base currency.
        goal: base currency at which a target saver spends the savings, in units of `size`.
        joined: moment of joining as a share of the time that is open to joining, 0 to 1.
    """

    index: Ints
    pair: Ints
    kind: Ints
    rest: Floats
    lift: Floats
    buy_at: Floats
    sell_at: Floats
    take_at: Floats
    dip: Floats
    disposition: Floats
    pause: Floats
    lag: Floats
    period: Floats
    size: Floats
    remittance: Floats
    goal: Floats
    joined: Floats

    def where(self, keep: Sequence[bool] | np.ndarray) -> Population:
        """The users at which a mask is true."""
        return Population(**{field.name: getattr(self, field.name)[keep] for field in fields(self)})


def population(index: Ints, *, pairs: int, draws: Draws) -> Population:
    """Hidden parameters of the users with these numbers; a user's own never depend on who else is asked for."""

    def normal(name: str, mean: float, deviation: float) -> Floats:
        return mean + deviation * draws.normal(f"user/{name}", index)

    def uniform(name: str) -> Floats:
        return draws.uniform(f"user/{name}", index)

    kind = np.searchsorted(np.cumsum(list(SHARES.values()))[:-1], uniform("kind"), side="right")
    crowd = np.log(1.5)
    period = _PERIODS[(uniform("period") * len(_PERIODS)).astype(np.int64)]
    return Population(
        index=index,
        pair=_pair(uniform("pair"), pairs),
        kind=kind,
        rest=np.where(kind == Kind.DORMANT, normal("rest", -7.0, 0.3), normal("rest", -5.8, 0.2)),
        lift=np.maximum(normal("lift", 5.1, 0.3), 2.0),
        buy_at=np.maximum(normal("buy_at", 0.75, 0.1), 0.2),
        sell_at=np.maximum(normal("sell_at", 0.45, 0.1), 0.2),
        take_at=0.010 * np.exp(normal("take_at", 0.0, 0.15)),
        dip=0.010 * np.exp(normal("dip", 0.0, 0.15)),
        disposition=np.where(kind == Kind.PROFIT_TAKER, crowd + 1.0, crowd) + normal("disposition", 0.0, 0.1),
        pause=1.7 * np.exp(normal("pause", 0.0, 0.2)),
        lag=np.floor(3 * uniform("lag")),
        period=period,
        size=120.0 * np.exp(normal("size", 0.0, 0.6)),
        remittance=390.0 * np.exp(normal("remittance", 0.0, 0.35)),
        goal=4.0 + 3.0 * uniform("goal"),
        joined=np.maximum(0.0, (uniform("joined") - 0.6) / 0.4),
    )


def _pair(u: Floats, pairs: int) -> Ints:
    if pairs == 1:
        return np.zeros(u.shape, dtype=np.int64)
    others = 1 + np.floor((u - PAIR_WEIGHTS[0]) / PAIR_WEIGHTS[1] * (pairs - 1))
    return np.where(u < PAIR_WEIGHTS[0], 0, np.clip(others, 1, pairs - 1)).astype(np.int64)
