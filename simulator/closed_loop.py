"""The closed loop: simulated users are told what the policy lets out, react, and the lift is measured.

Each trading day at midnight, UTC, a model that knows the probabilities of that moment's price says who should buy or
sell. Of whoever it says something new Divisa's own code decides (`simulator.shipped`): facts, rules, cooldown, arm,
suggestion. Who is told reads the message before the look of the day, or too late, before the look of the trading day
after. What is done at looks goes into the ledger, and the lift report reads suggestions and ledger as it always does.

The simulator also knows how likely each look within the window was to end in the suggested trade with the message and
without: that is the truth, in which nothing of the report's code has a part.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np

from divisa.domain.evaluation import Decision
from divisa.domain.pair import Pair
from divisa.domain.policy import PolicyRules
from divisa.domain.portfolio import Portfolio
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side, Transaction
from simulator.accounts import Accounts
from simulator.behaviour import probabilities
from simulator.course import Course
from simulator.draws import Draws
from simulator.ledger import WARM_UP_DAYS, look_at, one_day
from simulator.population import population
from simulator.readers import Readers, listening, pulled
from simulator.recipients import recipients
from simulator.session import SECONDS_A_DAY, midnight
from simulator.shipped import Opinion, Shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from divisa.domain.lift import Lift, Segment
    from divisa.domain.market import MarketView
    from divisa.domain.quote import Quote
    from divisa.domain.recipient import Channel
    from divisa.domain.suggestion import Suggestion
    from simulator.course import Morning
    from simulator.draws import Floats, Ints
    from simulator.ledger import Looks
    from simulator.population import Population
    from simulator.readers import Bools

WINDOWS_OVER: Final = timedelta(days=2)
"""Time after the last suggestion at which the report is made."""
_DECISIONS: Final = {0: Decision.HOLD, 1: Decision.BUY, -1: Decision.SELL}


@dataclass(frozen=True, slots=True)
class Loop:
    """What is simulated.

    Attributes:
        users: how many users; 60 % are there from the first day, the others join.
        start: first day of prices, UTC; the first message may go out 30 days later.
        end: the day after the last.
        pair: what is traded.
        price_seed: of the path between the fixings; the same for every run.
        threshold: probability from which the model says buy or sell.
        rules: of the policy. A fifth is held out, so that some weeks of few users say something.
        deafness: share of a message's pull that is lost on who trades by a calendar, 0 to 1 (`simulator.readers`).
    """

    users: int = 500
    start: date = date(2023, 9, 1)
    end: date = date(2023, 11, 11)
    pair: Pair = Pair("USD", "MXN")
    price_seed: int = 1
    threshold: float = 0.1
    rules: PolicyRules = field(default_factory=lambda: PolicyRules(holdout_share=0.2, min_gain=None))
    deafness: float = 0.0


class Witness(Protocol):
    """Who is shown a run as it happens, and changes nothing of it."""

    def morning(self, quote: Quote, market: MarketView[float], present: Bools) -> None:
        """A trading day begins, before anything is decided; `present`, shape (n,), is who has joined."""

    def suggested(self, user: int, suggestion: Suggestion, added: float) -> None:
        """A suggestion was let out or held out that truly adds, or would, so much to the probability of its trade."""

    def traded(self, user: int, done: Transaction, market: MarketView[float]) -> None:
        """A user traded at that morning's market."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A lift as the report has it, and the true one of the same suggestions.

    Attributes:
        lift: as measured, from suggestions and transactions alone.
        truth: what a message adds to the probability of the suggested trade within the window, on average over the
            suggestions.
    """

    lift: Lift
    truth: float

    @property
    def covers(self) -> bool:
        """Whether the interval holds the true effect."""
        found = self.lift.difference
        return found is not None and found.low <= self.truth <= found.high


@dataclass(frozen=True, slots=True)
class Run:
    """What one seed gave.

    Attributes:
        seed: of users, draws and the experiment's key.
        overall: all suggestions of the experiment.
        segments: those of a channel or a side, by what it is and which, for example `side`, `BUY`.
        suppressed: suggestions that the policy let nobody have, holdout left aside.
        left: users who asked for no more on the last channel that they had.
    """

    seed: int
    overall: Measured
    segments: dict[tuple[str, str], Measured]
    suppressed: int
    left: int


def run_all(seeds: Iterable[int], loop: Loop | None = None) -> Iterator[Run]:
    """Each seed's run, in order; the same seed gives the same run."""
    plan = loop or Loop()
    course = _course(plan)
    for seed in seeds:
        yield _Life.begun(plan, course, seed).lived()


def run_before(witness: Witness, seed: int, loop: Loop) -> Run:
    """The seed's run, the same as of `run_all`, before the eyes of a witness."""
    return _Life.begun(loop, _course(loop), seed, witness).lived()


class _Effect(NamedTuple):
    """What a message adds to the probability of a suggested trade, and what the suggestion was."""

    added: float
    side: Side
    channel: Channel


@dataclass(slots=True)
class _Life:
    """One run on its way.

    Attributes:
        said: what the model says of each user as of the last morning, 1 to buy, -1 to sell, 0 neither, shape (n,).
        overdue: the same of a message that was not read on its day.
        effects: of every suggestion of the experiment.
        witness: who is shown the run, if anybody.
    """

    plan: Loop
    course: Course
    seed: int
    draws: Draws
    users: Population
    accounts: Accounts
    readers: Readers
    shipped: Shipped
    names: list[str]
    joined: Ints
    said: Ints
    overdue: Ints
    effects: list[_Effect]
    witness: Witness | None
    suppressed: int = 0
    left: int = 0

    @classmethod
    def begun(cls, plan: Loop, course: Course, seed: int, witness: Witness | None = None) -> _Life:
        draws, index = Draws(seed), np.arange(plan.users)
        users = population(index, pairs=1, draws=draws)
        days = (plan.end - plan.start).days - WARM_UP_DAYS
        key = hashlib.sha256(f"closed loop {seed}".encode()).digest()
        everyone = list(recipients(index, draws))
        opened = course.mornings[0].quote.event_time
        return cls(
            plan=plan,
            course=course,
            seed=seed,
            draws=draws,
            users=users,
            accounts=Accounts.opened(users, float(course.path.ask[0])),
            readers=Readers.drawn(index, draws, listening(users, plan.deafness)),
            shipped=Shipped(plan.pair, plan.rules, key, everyone, opened),
            names=[each.user_id for each in everyone],
            joined=WARM_UP_DAYS + np.floor(users.joined * days / 2).astype(np.int64),
            said=np.zeros(plan.users, dtype=np.int64),
            overdue=np.zeros(plan.users, dtype=np.int64),
            effects=[],
            witness=witness,
        )

    def lived(self) -> Run:
        yesterday = self.course.mornings[0].day
        for morning in self.course.mornings:
            self.readers.rest((morning.day - yesterday).days)
            yesterday = morning.day
            self._live(morning)
        found = self.shipped.lift(self.course.mornings[-1].quote.event_time + WINDOWS_OVER)
        segments = {(each.by, each.value): Measured(each.lift, self._truth(each)) for each in found.segments}
        judged = {key: each for key, each in segments.items() if not math.isnan(each.truth)}
        return Run(self.seed, Measured(found.overall, self._truth(None)), judged, self.suppressed, self.left)

    def _truth(self, segment: Segment | None) -> float:
        """The mean effect in a segment by channel or side, or overall; NaN of what is not known."""
        within = [
            each.added
            for each in self.effects
            if segment is None
            or (segment.by == "channel" and segment.value == each.channel.value)
            or (segment.by == "side" and segment.value == each.side.value)
        ]
        return float(np.mean(within)) if within else math.nan

    def _live(self, morning: Morning) -> None:
        present = self.joined <= (morning.day - self.plan.start).days
        number = midnight(morning.day) // SECONDS_A_DAY
        wanted, told = np.zeros(self.plan.users, dtype=np.int64), np.zeros(self.plan.users, dtype=np.bool_)
        if self.witness is not None:
            self.witness.morning(morning.quote, morning.market, present)
        made: dict[int, Suggestion] = {}
        channels: dict[int, Channel] = {}
        for user, suggestion in self._decide(morning, present):
            if suggestion.suppressed is not None and suggestion.suppressed is not Suppression.HOLDOUT:
                self.suppressed += 1
                continue
            wanted[user] = 1 if suggestion.side is Side.BUY else -1
            told[user] = suggestion.suppressed is None
            made[user] = suggestion
            channels[user] = self.shipped.recipients.load(suggestion.user_id).reachable()[0]
        late, logits = self.readers.late(number, self.draws), self.readers.logits

        def react(p_buy: Floats, p_sell: Floats) -> tuple[Floats, Floats]:
            p_buy, p_sell = pulled(p_buy, p_sell, self.overdue, logits)
            if_buy, if_sell = pulled(p_buy, p_sell, wanted, logits)
            added = np.where(late, 0.0, np.where(wanted < 0, if_sell - p_sell, if_buy - p_buy))
            for user, suggestion in made.items():
                self.effects.append(_Effect(float(added[user]), suggestion.side, channels[user]))
                if self.witness is not None:
                    self.witness.suggested(user, suggestion, float(added[user]))
            reads = told & ~late
            return np.where(reads, if_buy, p_buy), np.where(reads, if_sell, p_sell)

        looks = one_day(
            self.users, self.accounts, self.course.signals, self.course.path, morning.day, present, self.draws, react
        )
        self._record(looks, morning)
        self._withdraw(self.readers.read((told & ~late) | (self.overdue != 0), number, self.draws))
        self.overdue = np.where(told & late, wanted, 0)

    def _record(self, looks: Looks, morning: Morning) -> None:
        acted = np.flatnonzero(looks.side)
        columns = (looks.user, looks.at, looks.side, looks.quantity, looks.price)
        for user, at, side, quantity, price in zip(*(column[acted].tolist() for column in columns), strict=True):
            done = Transaction(
                user_id=self.names[user],
                pair=self.plan.pair,
                side=Side.BUY if side > 0 else Side.SELL,
                quantity=Decimal(f"{quantity:.2f}"),
                price=Decimal(f"{price:.4f}"),
                event_time=datetime.fromtimestamp(at, UTC),
            )
            self.shipped.record(done, self._owned(user), morning.quote, morning.market)
            if self.witness is not None:
                self.witness.traded(user, done, morning.market)

    def _withdraw(self, enough: Bools) -> None:
        """Who has had enough takes back consent to the channel that messages came on, until none is left."""
        for user in np.flatnonzero(enough).tolist():
            recipient = self.shipped.recipients.load(self.names[user])
            after = replace(recipient, consent=recipient.consent - set(recipient.reachable()[:1]))
            self.shipped.recipients.put_many([after])
            self.left += not after.reachable()

    def _decide(self, morning: Morning, present: Bools) -> Iterator[tuple[int, Suggestion]]:
        """The suggestions of a morning, with the user's number."""
        at = np.full(self.plan.users, midnight(morning.day), dtype=np.int64)
        course, threshold = self.course, self.plan.threshold
        look = look_at(self.users, self.accounts, course.signals, course.path, at, morning.day)
        p_buy, p_sell = probabilities(self.users, look)
        buys = present & (p_buy >= threshold) & (p_buy >= p_sell)
        sells = present & (p_sell >= threshold) & ~buys
        says = buys.astype(np.int64) - sells
        news = np.flatnonzero(says != self.said).tolist()
        self.said = says
        if not news:
            return
        opinions = [
            Opinion(
                user_id=self.names[user],
                decision=_DECISIONS[int(says[user])],
                probabilities=(float(1.0 - p_buy[user] - p_sell[user]), float(p_buy[user]), float(p_sell[user])),
                size=float(self.users.size[user]),
                cost=float(self.accounts.cost[user]),
            )
            for user in news
        ]
        numbers = {self.names[user]: user for user in news}
        owned = [self._owned(user) for user in news]
        for suggestion in self.shipped.suggest(morning.quote, morning.market, opinions, owned):
            yield numbers[suggestion.user_id], suggestion

    def _owned(self, user: int) -> Portfolio:
        owned, money = self.accounts.position[user] + self.accounts.received[user], self.accounts.quote[user]
        return Portfolio(self.names[user], self.plan.pair, Decimal(f"{owned:.2f}"), Decimal(f"{money:.2f}"))


def _course(plan: Loop) -> Course:
    return Course.of(plan.pair, plan.start, plan.end, plan.price_seed)
