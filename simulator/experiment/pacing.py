"""The same number of messages for everybody: the threshold from which advice is told follows a given count."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import Final

FORTNIGHT: Final = 10
"""Trading days: the time in which the threshold answers to messages that are missing or too many."""
FIRST: Final = 0.1
"""The threshold on the first day."""
FARTHEST: Final = 9.0
"""Log odds, either way, beyond which a threshold does not go."""


@dataclass(slots=True)
class Pace:
    """A threshold between 0 and 1 whose log odds grow while messages are ahead of the count, and fall while behind.

    A proportional and integral controller: by one for each fortnight's worth of messages ahead, and by a quarter of
    that more for each fortnight that it stays so. It looks at the two counts alone, and knows nothing of conversions.

    Attributes:
        a_day: messages that are wanted on a day, about.
        ahead: messages sent less those wanted so far.
        drift: what being ahead has added to the log odds for good.
    """

    a_day: float
    ahead: float = 0.0
    drift: float = 0.0

    @property
    def threshold(self) -> float:
        """Advice of at least this is told.

        >>> round(Pace(10.0).threshold, 3)
        0.1
        """
        odds = log(FIRST / (1 - FIRST)) + self.drift + self._fortnights_ahead
        return 1 / (1 + exp(-min(max(odds, -FARTHEST), FARTHEST)))

    def count(self, sent: int, wanted: int) -> None:
        """Take a day's messages into account."""
        self.ahead += sent - wanted
        self.drift += self._fortnights_ahead / (4 * FORTNIGHT)

    @property
    def _fortnights_ahead(self) -> float:
        return self.ahead / (self.a_day * FORTNIGHT)
