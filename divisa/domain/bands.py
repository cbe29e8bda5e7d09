"""Decision band: the interval of log price in which the model says the same to a user.

Finding it from an ensemble is the model's work; this is the value, and when a tick breaks it. The rule is on levels and
not on crossings: a watch is broken while the price is outside its band, so a missed or late tick loses nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """The log prices x with lower <= x < upper; float64, infinite where nothing ends it.

    >>> Band(2.83, 2.85).holds(2.85)
    False
    """

    lower: float
    upper: float

    def holds(self, x: float) -> bool:
        """Whether a log price is inside."""
        return self.lower <= x < self.upper

    def broken_by(self, low: float, high: float) -> bool:
        """Whether some price of a batch, whose lowest and highest log price are given, is outside.

        >>> Band(2.83, 2.85).broken_by(2.84, 2.86)
        True
        """
        return self.lower > low or self.upper <= high

    def within(self, other: Band) -> Band:
        """What both hold; holds nothing when they do not meet.

        >>> Band(2.83, 2.85).within(Band(2.84, math.inf))
        Band(lower=2.84, upper=2.85)
        """
        return Band(max(self.lower, other.lower), min(self.upper, other.upper))

    def widened(self, margin: float) -> Band:
        """The band with a margin, log price, on either side."""
        return Band(self.lower - margin, self.upper + margin)


EVERYWHERE = Band(-math.inf, math.inf)
"""Holds every price: the model says the same whatever the price does."""
NOWHERE = Band(math.inf, -math.inf)
"""Holds no price: nobody has asked the model yet, so that every tick does."""
