"""What a user could have today: an alert at a fixed distance from some price, and crossings of moving averages."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.market import DAY

if TYPE_CHECKING:
    from simulator.draws import Draws, Floats
    from simulator.experiment.advisers import Seen


class Reference(StrEnum):
    """The price from which an alert's distance counts."""

    COST = "average cost"
    WEEK = "7-day average"
    MONTH = "30-day average"
    LAST_ALERT = "price at the alert before"


class Direction(StrEnum):
    """What a fall and a rise are taken for."""

    AGAINST = "buy after a fall, sell after a rise"
    ALONG = "buy after a rise, sell after a fall"


@dataclass(slots=True)
class RateAlert:
    """Fires when the price is a fixed share away from its reference, the same share for everybody and for ever.

    Attributes:
        reference: from where the distance counts.
        direction: what it says.
        move: the distance, log price, above 0.
    """

    reference: Reference
    direction: Direction
    move: float
    _fired_at: Floats | None = field(default=None, repr=False)

    def advise(self, seen: Seen) -> Floats:
        """1 where the alert stands, 0 elsewhere; nobody without such a reference has one."""
        x = seen.morning.market.log_mid
        away = x - self._reference(seen)
        fell, rose = away <= -self.move, away >= self.move
        if self.reference is Reference.LAST_ALERT and self._fired_at is not None:
            self._fired_at = np.where(fell | rose, x, self._fired_at)
        sides = (fell, rose) if self.direction is Direction.AGAINST else (rose, fell)
        return np.stack(sides, axis=1).astype(np.float64)

    def fresh(self) -> RateAlert:
        """The same alert, set anew."""
        return RateAlert(self.reference, self.direction, self.move)

    def __str__(self) -> str:
        return f"{100 * self.move:g} % from the {self.reference.value}: {self.direction.value}"

    def _reference(self, seen: Seen) -> Floats:
        market, n = seen.morning.market, len(seen.summaries.cost)
        if self.reference is Reference.COST:
            return np.asarray(np.log(seen.summaries.cost))
        if self.reference is Reference.WEEK:
            return np.full(n, market.ewma_7d)
        if self.reference is Reference.MONTH:
            return np.full(n, market.ewma_30d)
        if self._fired_at is None:
            self._fired_at = np.full(n, market.log_mid)
        return self._fired_at


@dataclass(slots=True)
class AverageCross:
    """Speaks while the faster of two moving averages is above the slower, and says the contrary while it is below.

    It says the same to everybody. So that fewer than all can be told, each user draws by lot each day how loud.

    Attributes:
        fast, slow: of the moving averages `ewma_1h`, `ewma_1d`, `ewma_7d`, `ewma_30d`.
        direction: what it says while the faster is above.
        draws: the lots.
    """

    fast: str
    slow: str
    direction: Direction
    draws: Draws

    def advise(self, seen: Seen) -> Floats:
        """Between 0.5 and 1 where it speaks, 0 on the other side."""
        market, n = seen.morning.market, len(seen.summaries.cost)
        above = getattr(market, self.fast) > getattr(market, self.slow)
        day = np.array([seen.morning.at // int(DAY)])
        loud = 0.5 + 0.5 * self.draws.uniform("average cross", np.arange(n), day)
        buys = above == (self.direction is Direction.ALONG)
        nothing = np.zeros(n)
        return np.stack([loud, nothing] if buys else [nothing, loud], axis=1)

    def fresh(self) -> AverageCross:
        """The same rule."""
        return AverageCross(self.fast, self.slow, self.direction, self.draws)

    def __str__(self) -> str:
        return f"{self.fast} against {self.slow}: {self.direction.value}"
