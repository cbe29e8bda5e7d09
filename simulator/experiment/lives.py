"""A population's state, day by day: accounts as the simulator has them, summaries as Divisa folds them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain import behaviour
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary, Trades
from divisa.domain.columns import Array, field_names, stack, take
from simulator.accounts import Accounts
from simulator.draws import Draws
from simulator.ledger import WARM_UP_DAYS, Looks, look_at, one_day
from simulator.population import Population, population

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.behaviour import Look
    from simulator.course import Course, Morning
    from simulator.draws import Floats, Ints
    from simulator.experiment.plan import Experiment
    from simulator.readers import Bools


@dataclass(slots=True)
class Lives:
    """n users on their way; changed in place from day to day.

    Attributes:
        course: the market.
        draws: of the seed.
        users: their hidden parameters.
        joined: day of joining, in days after the course's start, shape (n,).
        accounts: what they own and remember.
        summaries: what Divisa knows of them, columns of shape (n,).
    """

    course: Course
    draws: Draws
    users: Population
    joined: Ints
    accounts: Accounts
    summaries: BehaviourSummary[Array]

    @classmethod
    def begun(cls, plan: Experiment, course: Course, seed: int) -> Lives:
        """The users of a seed on the first day."""
        draws = Draws(seed)
        users = population(np.arange(plan.users), pairs=1, draws=draws)
        open_days = (plan.told_from - plan.start).days - WARM_UP_DAYS
        return cls(
            course=course,
            draws=draws,
            users=users,
            joined=WARM_UP_DAYS + np.floor(users.joined * open_days / 2).astype(np.int64),
            accounts=Accounts.opened(users, float(course.path.ask[0])),
            summaries=stack(BehaviourSummary[Array], [NEWCOMER] * plan.users),
        )

    def copy(self) -> Lives:
        """The same users at the same moment, who go their own way from here."""
        accounts = Accounts(*(getattr(self.accounts, each.name).copy() for each in fields(Accounts)))
        everyone = np.arange(len(self.joined))
        return replace(self, accounts=accounts, summaries=take(BehaviourSummary[Array], self.summaries, everyone))

    def present(self, morning: Morning) -> Bools:
        """Who has joined by a morning, shape (n,)."""
        return np.asarray(self.joined <= (morning.day - self.course.start).days)

    def look(self, morning: Morning) -> Look:
        """What everybody would see who looked at the market on a morning."""
        at = np.full(len(self.joined), morning.at, dtype=np.int64)
        return look_at(self.users, self.accounts, self.course.signals, self.course.path, at, morning.day)

    def live(
        self,
        morning: Morning,
        moved: Callable[[Floats, Floats], tuple[Floats, Floats]] = lambda p_buy, p_sell: (p_buy, p_sell),
    ) -> Looks:
        """Live a day; returns the looks of those who have joined.

        Args:
            morning: of the day.
            moved: what messages make of everybody's probabilities of a buy and a sell.
        """
        course = self.course
        looks = one_day(
            self.users,
            self.accounts,
            course.signals,
            course.path,
            morning.day,
            self.present(morning),
            self.draws,
            moved,
        )
        self._remember(looks)
        return looks

    def _remember(self, looks: Looks) -> None:
        done = np.flatnonzero(looks.side)
        if not len(done):
            return
        who, at = looks.user[done], looks.at[done]
        trades = Trades(
            at=at.astype(np.float64),
            buy=(looks.side[done] > 0).astype(np.float64),
            quantity=looks.quantity[done],
            price=np.round(looks.price[done], 4),
        )
        before = take(BehaviourSummary[Array], self.summaries, who)
        after = behaviour.fold(before, trades, self.course.markets(at))
        for name in field_names(BehaviourSummary):
            getattr(self.summaries, name)[who] = getattr(after, name)
