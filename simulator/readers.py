"""How simulated users take messages: the hidden truth that a lift report is measured against.

A message adds to the logit of what it suggests at the reader's next look, as much as the reader's pull, less the
more messages they have had lately. Some messages are read a trading day late, and some readers ask for no more.

Readers differ by chance alone, unless a loop's `deafness` says otherwise: then who trades by a calendar (payday
sellers, target savers, the dormant) gives less on messages about a price, however likely they are to trade that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.population import Kind

if TYPE_CHECKING:
    from simulator.draws import Draws, Floats, Ints
    from simulator.population import Population

Bools: TypeAlias = NDArray[np.bool_]

PULL, PULL_DEVIATION = 0.8, 0.3
"""Logits that a message adds for a reader who has had none lately: mean, and how readers differ."""
TIRING = 0.25
"""What each message of late takes of the pull: it is multiplied by exp(−TIRING · messages)."""
RECOVERY_DAYS = 7.0
"""Days in which half of the messages of late are forgotten."""
OPT_OUT = 0.01
"""Probability that a message is one too many; that many times 1 + the messages of late."""
BY_CALENDAR: Final = (Kind.PAYDAY_SELLER, Kind.TARGET_SAVER, Kind.DORMANT)
"""Kinds of users whom something else than the price brings to trade, if anything does."""
LATE = 0.15
"""Probability that a message is read on the trading day after, which is too late to follow it within 24 hours."""


@dataclass(slots=True)
class Readers:
    """State of n readers, arrays of shape (n,), changed in place from day to day.

    Attributes:
        index: number of the user.
        pull: logits that a message adds when it comes alone.
        messages: messages of late, each half forgotten after `RECOVERY_DAYS`.
    """

    index: Ints
    pull: Floats
    messages: Floats

    @classmethod
    def drawn(cls, index: Ints, draws: Draws, listening: Floats | float = 1.0) -> Readers:
        """Readers who have had no message yet; the same numbers are the same readers.

        Args:
            index: their numbers.
            draws: the seed's draws.
            listening: what their pull is multiplied by, of shape (n,) or for all.
        """
        pull = np.maximum(PULL + PULL_DEVIATION * draws.normal("reader/pull", index), 0.0)
        return cls(index, np.asarray(pull * listening), np.zeros(len(index)))

    @property
    def logits(self) -> Floats:
        """What a message would add now."""
        return np.asarray(self.pull * np.exp(-TIRING * self.messages))

    def rest(self, days: int) -> None:
        """Let days pass."""
        self.messages *= 2.0 ** (-days / RECOVERY_DAYS)

    def late(self, day_number: int, draws: Draws) -> Bools:
        """Who reads a message of this day on the next trading day only."""
        return np.asarray(draws.uniform("reader/late", self.index, np.array([day_number])) < LATE)

    def read(self, reads: Bools, day_number: int, draws: Draws) -> Bools:
        """Messages are read today; returns to whom it was one too many."""
        chance = OPT_OUT * (1.0 + self.messages)
        enough = reads & (draws.uniform("reader/leave", self.index, np.array([day_number])) < chance)
        self.messages += reads
        return np.asarray(enough)


def listening(users: Population, deafness: float) -> Floats:
    """What each user's pull is multiplied by: 1 for who trades by the price, 1 − deafness for who does not."""
    return np.where(np.isin(users.kind, BY_CALENDAR), 1.0 - deafness, 1.0)


def pulled(p_buy: Floats, p_sell: Floats, towards: Ints, logits: Floats) -> tuple[Floats, Floats]:
    """The probabilities of a buy and a sell after messages: `towards` 1 says buy, -1 sell, 0 is no message."""
    sells = towards < 0
    side, other = np.where(sells, p_sell, p_buy), np.where(sells, p_buy, p_sell)
    one, rest = moved(side, other, np.where(towards != 0, logits, 0.0))
    return np.where(sells, rest, one), np.where(sells, one, rest)


def moved(p: Floats, other: Floats, logits: Floats) -> tuple[Floats, Floats]:
    """The probabilities of a side and of the other one when the side's logit grows, of a softmax with doing nothing.

    >>> one, other = moved(np.array([0.5]), np.array([0.2]), np.array([np.log(2.0)]))
    >>> float(one[0]).__round__(4), float(other[0]).__round__(4)
    (0.6667, 0.1333)
    """
    grown = p * np.exp(logits)
    total = 1.0 - p + grown
    return grown / total, other / total
