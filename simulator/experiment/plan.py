"""What an experiment runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from divisa.domain.errors import InvalidSetting
from divisa.domain.pair import Pair
from divisa.domain.policy import PolicyRules
from simulator.ledger import WARM_UP_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Experiment:
    """One population a seed, which lives some years untold, to learn from, and then some years with messages.

    Attributes:
        users: how many; they join within the first half of the untold years.
        start: first day of prices, UTC.
        told_from: the first day on which messages may go out; what came before is the training data.
        end: the day after the last.
        pair: what is traded.
        price_seed: of the path between the fixings; the same for every seed.
        messages_a_year: messages that the fixed rate alert must come to at least, a user and year.
        training_rows: about how many of the untold user-days the model learns from and is judged on.
        rules: of the policy, the same for every adviser. Nobody is held out, and no gain is asked for.

    Raises:
        InvalidSetting: a value makes no sense; names it.
    """

    users: int = 5000
    start: date = date(2008, 1, 10)
    told_from: date = date(2018, 1, 1)
    end: date = date(2026, 10, 1)
    pair: Pair = Pair("USD", "MXN")
    price_seed: int = 1
    messages_a_year: float = 6.0
    training_rows: int = 1_000_000
    rules: PolicyRules = field(default_factory=lambda: PolicyRules(holdout_share=0.0, min_gain=None))

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        for name, problem in self._problems():
            raise InvalidSetting(name, problem)

    def _problems(self) -> Iterator[tuple[str, str]]:
        if self.users < 1:
            yield "users", "at least one is needed"
        if (self.told_from - self.start).days < 2 * WARM_UP_DAYS:
            yield "told_from", f"is not {2 * WARM_UP_DAYS} days after the start"
        if self.end <= self.told_from:
            yield "end", "is not after the first day with messages"
        if not self.messages_a_year > 0:
            yield "messages_a_year", "is not above 0"
        if self.training_rows < 1:
            yield "training_rows", "at least one is needed"
