"""What the model says about one user at one price, and what is remembered of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.pair import Pair


class Decision(IntEnum):
    """What the model would tell a user; the numbers are the model's class labels."""

    HOLD = 0
    BUY = 1
    SELL = 2

    @property
    def side(self) -> Side | None:
        """The side that the decision suggests; None for HOLD."""
        return None if self is Decision.HOLD else Side[self.name]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The model's answer for one user at one price.

    Attributes:
        user_id: whom it is about.
        decision: HOLD, BUY or SELL.
        propensity: probability of the decided class, 0 to 1.
        model_version: which model answered.
    """

    user_id: str
    decision: Decision
    propensity: float
    model_version: str


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered of a user and pair between evaluations.

    Attributes:
        user_id: whom it is about.
        pair: which price is watched.
        decision: the newest decision.
        generation: how many times the decision has changed; every write is conditional on it.
        evaluated_at: event time of the quote of the newest change, UTC; None before the first.
        model_version: the model of that decision; None before the first.
        suggested_at: event time of the newest suggestion that was let out, UTC; None when there was none.
    """

    user_id: str
    pair: Pair
    decision: Decision = Decision.HOLD
    generation: int = 0
    evaluated_at: datetime | None = None
    model_version: str | None = None
    suggested_at: datetime | None = None


def shard_of(user_id: str, shards: int) -> int:
    """The shard of a user's watches, 0 to shards − 1, the same for ever and everywhere.

    >>> shard_of("u-000001", 4)
    1
    """
    return int.from_bytes(hashlib.sha256(user_id.encode()).digest()[:8], "big") % shards
