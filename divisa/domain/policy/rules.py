"""The knobs of the policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from divisa.domain.errors import InvalidSetting
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from collections.abc import Iterator

ZERO = timedelta(0)
LONGEST = timedelta(days=365)
"""The longest cooldown, and the longest memory of an accepted suggestion."""
LEAST_AMOUNT = Decimal("0.01")
MOST_AMOUNT = Decimal(10**9)
"""More than this is nobody's amount, and too many digits for one in minor units."""


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """The knobs of the policy; a value out of its range is refused when the rules are made.

    Attributes:
        cooldown: time between two messages to one user about one pair and side; 0 for none, at most a year.
        lifetime: how long a suggestion stays worth sending, above 0 and at most a day.
        max_quote_age: an older quote is no longer a price to act on; above 0 and at most a day.
        min_amount: smallest suggested amount, base currency, at least 0.01.
        max_amount: largest suggested amount, base currency, at least `min_amount` and at most 1,000,000,000.
        max_spread: ask less bid over mid at most, above 0 and at most 1; 0.005 is half a percent.
        max_model_age: time from the last day that a model learned from, after which it is no longer believed; None
            for ever, and then only a model that does not tell that day is believed.
        min_propensity_buy: least probability of a BUY, 0 to 1; 0 leaves it to the model's own threshold.
        min_propensity_sell: least probability of a SELL, as above.
        min_effect: least that a message is expected to add to the probability of its side, -1 to 1, where the model
            says so; None leaves it out.
        min_gain: least expected gain after the spread, log price, at least -1 and at most 1: `expected_gain` must
            exceed it. None leaves it out.
        contradiction: time after an accepted suggestion in which the other side of its pair is not suggested; 0 for
            none, at most a year.
        holdout_share: share of episodes whose suggestion is recorded and not sent, 0 to 1, 1 left out.

    Raises:
        InvalidSetting: a value is out of its range; names the knob.
    """

    cooldown: timedelta = timedelta(hours=24)
    lifetime: timedelta = timedelta(minutes=30)
    max_quote_age: timedelta = timedelta(minutes=5)
    min_amount: Decimal = Decimal(10)
    max_amount: Decimal = Decimal(10_000)
    max_spread: float = 0.005
    max_model_age: timedelta | None = None
    min_propensity_buy: float = 0.0
    min_propensity_sell: float = 0.0
    min_effect: float | None = None
    min_gain: float | None = 0.0
    contradiction: timedelta = timedelta(hours=72)
    holdout_share: float = 0.05

    def __post_init__(self) -> None:
        """Refuse what is out of its range."""
        for name, problem in self._problems():
            raise InvalidSetting(name, problem)

    def min_propensity(self, side: Side) -> float:
        """The least probability of a side."""
        return self.min_propensity_buy if side is Side.BUY else self.min_propensity_sell

    def _problems(self) -> Iterator[tuple[str, str]]:
        for name in ("cooldown", "contradiction"):
            if not ZERO <= getattr(self, name) <= LONGEST:
                yield name, "is not between 0 and 365 days"
        for name in ("lifetime", "max_quote_age"):
            if not ZERO < getattr(self, name) <= timedelta(days=1):
                yield name, "is not above 0 and at most a day"
        if self.max_model_age is not None and not self.max_model_age > ZERO:
            yield "max_model_age", "is not above 0"
        if not (self.min_amount.is_finite() and LEAST_AMOUNT <= self.min_amount <= MOST_AMOUNT):
            yield "min_amount", f"is no amount between {LEAST_AMOUNT} and {MOST_AMOUNT}"
        if not (self.max_amount.is_finite() and self.min_amount <= self.max_amount <= MOST_AMOUNT):
            yield "max_amount", f"is no amount between min_amount and {MOST_AMOUNT}"
        if not 0 < self.max_spread <= 1:
            yield "max_spread", "is not above 0 and at most 1"
        for name in ("min_propensity_buy", "min_propensity_sell"):
            if not 0 <= getattr(self, name) <= 1:
                yield name, "is not between 0 and 1"
        for name in ("min_effect", "min_gain"):
            value = getattr(self, name)
            if value is not None and not -1 <= value <= 1:
                yield name, "is not between -1 and 1"
        if not 0 <= self.holdout_share < 1:
            yield "holdout_share", "is not 0 or more and below 1"
