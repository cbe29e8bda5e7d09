"""What the model says about one user at one price, and what is remembered of it."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from divisa.domain.bands import NOWHERE, Band
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.episodes import Visit
    from divisa.domain.pair import Pair


class Decision(IntEnum):
    """What the model would tell a user; the numbers are the model's class labels."""

    HOLD = 0
    BUY = 1
    SELL = 2

    @property
    def side(self) -> Side | None:
        """The side that the decision suggests; None for HOLD."""
        return _SIDES[self]


_SIDES = (None, Side.BUY, Side.SELL)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The model's answer for one user at one price.

    Attributes:
        user_id: whom it is about.
        decision: HOLD, BUY or SELL.
        band: the log prices around that price at which the model says the same.
        reach: the band; for a side from the first to the last price at which it is decided, HOLD in between counted
            in where it is narrower than a visit's margin.
        quiet: the reach, and beside a side's also HOLD, no farther than that margin.
        propensity: probability of the decided class, 0 to 1.
        inside: whether every feature lies in the range that the model was trained on.
        model_version: which model answered.
        effect: what a message is expected to add to that probability, −1 to 1; None for HOLD, and when the model does
            not say.
    """

    user_id: str
    decision: Decision
    band: Band
    reach: Band
    quiet: Band
    propensity: float
    inside: bool
    model_version: str
    effect: float | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered of a user and pair between evaluations.

    Attributes:
        user_id: whom it is about.
        pair: which price is watched.
        band: the log prices at which there is nothing new to say; a price outside breaks the watch. NOWHERE asks for
            an evaluation at the next price.
        decision: the newest decision.
        visit: the visit of the price to the far side of a band that is not over yet; None when there is none.
        episode: how many visits there have been; a suggestion belongs to one.
        generation: how many times the watch was written; every write is conditional on it.
        evaluated_at: event time of the quote of the newest write, UTC; None before the first.
        refresh_at: event time from which the watch is stale, UTC; None before the first evaluation.
        model_version: the model of the decision; None before the first.
    """

    user_id: str
    pair: Pair
    band: Band = NOWHERE
    decision: Decision = Decision.HOLD
    visit: Visit | None = None
    episode: int = 0
    generation: int = 0
    evaluated_at: datetime | None = None
    refresh_at: datetime | None = None
    model_version: str | None = None


def known_effect(effect: float) -> float | None:
    """An effect as the model answers it, NaN where it does not say; None then.

    >>> known_effect(0.125), known_effect(float("nan"))
    (0.125, None)
    """
    return None if math.isnan(effect) else effect


def shard_of(user_id: str, shards: int) -> int:
    """The shard of a user's watches, 0 to shards − 1, the same for ever and everywhere.

    >>> shard_of("u-000001", 4)
    1
    """
    return int.from_bytes(hashlib.sha256(user_id.encode()).digest()[:8], "big") % shards
