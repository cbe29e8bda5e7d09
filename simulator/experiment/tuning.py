"""Which alert does best on the years before: the training data that the model learns from, and nothing later."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import numpy as np

from divisa.domain.errors import InvalidSetting
from simulator.experiment.advisers import Seen
from simulator.experiment.alerts import AverageCross, Direction, RateAlert, Reference
from simulator.experiment.loop import STANDS
from simulator.experiment.telling import says
from simulator.session import SECONDS_A_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.course import Morning
    from simulator.draws import Draws, Ints
    from simulator.experiment.lives import Lives
    from simulator.ledger import Looks

MOVES: Final = (0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08)
"""Distances of fixed rate alerts that are tried, log price."""
AVERAGES: Final = (("ewma_1h", "ewma_1d"), ("ewma_1d", "ewma_7d"), ("ewma_7d", "ewma_30d"))
"""Pairs of moving averages that are tried."""
DAYS_A_YEAR: Final = 365.25


Rule = TypeVar("Rule", RateAlert, AverageCross)


@dataclass(slots=True)
class _Trial(Generic[Rule]):
    """An alert that nobody hears: how often it would have spoken, and how often the user did so anyway that day."""

    alert: Rule
    said: Ints
    messages: int = 0
    conversions: int = 0

    @property
    def rate(self) -> float:
        return self.conversions / self.messages if self.messages else 0.0


@dataclass(slots=True)
class Untold:
    """The years before the first message, and the alerts that are tried on them.

    Attributes:
        looks: of all days, in order.
    """

    lives: Lives
    rate_alerts: list[_Trial[RateAlert]]
    crosses: list[_Trial[AverageCross]]
    looks: list[Looks] = field(default_factory=list)
    _user_days: int = 0

    @classmethod
    def begun(cls, lives: Lives) -> Untold:
        """Before the first morning."""
        nothing = np.zeros(len(lives.joined), dtype=np.int64)
        alerts = [_Trial(RateAlert(*each), nothing) for each in product(Reference, Direction, MOVES)]
        crosses = [_Trial(_cross(*each, lives.draws), nothing) for each in product(AVERAGES, Direction)]
        return cls(lives, alerts, crosses)

    def live(self, mornings: Sequence[Morning]) -> None:
        """Live through mornings, in order."""
        for morning in mornings:
            lives = self.lives
            present = lives.present(morning)
            seen = Seen(morning, lives.summaries, present, lives.users, partial(lives.look, morning))
            trials: list[_Trial[RateAlert] | _Trial[AverageCross]] = [*self.rate_alerts, *self.crosses]
            spoken = [says(trial.alert.advise(seen), STANDS) for trial in trials]
            looks = lives.live(morning)
            did = np.zeros(len(present), dtype=np.int64)
            did[looks.user] = looks.side
            for trial, said in zip(trials, spoken, strict=True):
                begun = present & (said != 0) & (said != trial.said)
                trial.messages += int(begun.sum())
                trial.conversions += int((begun & (did == said)).sum())
                trial.said = said
            self._user_days += int(present.sum())
            self.looks.append(looks)

    def best_alert(self, messages_a_year: float, trading_days: int, seconds: int) -> RateAlert:
        """The fixed rate alert with the most conversions a message, of those that speak often enough.

        Args:
            messages_a_year: at least so often, a user and year.
            trading_days: of the years before.
            seconds: their length.

        Raises:
            InvalidSetting: none speaks so often.
        """
        years = self._user_days / trading_days * seconds / SECONDS_A_DAY / DAYS_A_YEAR
        often = [trial for trial in self.rate_alerts if trial.messages >= messages_a_year * years]
        if not often:
            raise InvalidSetting("messages_a_year", "no fixed rate alert speaks so often")
        return max(often, key=lambda trial: trial.rate).alert.fresh()

    def best_cross(self) -> AverageCross:
        """The crossing of moving averages with the most conversions a message."""
        return max(self.crosses, key=lambda trial: trial.rate).alert.fresh()


def _cross(averages: tuple[str, str], direction: Direction, draws: Draws) -> AverageCross:
    return AverageCross(*averages, direction, draws)
