"""The closed loop: simulated users are told what the policy lets out, react, and the lift is measured.

Each trading day at midnight, UTC, a model that knows the probabilities of that moment's price says who should buy or
sell. Whoever it says that of anew is judged by Divisa's own policy, drawn into an arm by Divisa's own draw, and, where
told, reads the message before the look of the day. A day's look is the one chance to trade in the 24 hours after the
suggestion, so that day's transaction of its side is the outcome. The lift report sees suggestions and transactions. The
simulator also knows how likely the same look was to end in the suggested trade with a message and without.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from divisa.domain.experiment import Arm, arm_of
from divisa.domain.lift import Lift, Trial, report
from divisa.domain.market import MarketView, fold, view
from divisa.domain.pair import Pair
from divisa.domain.policy import Facts, PolicyRules, judge, suggested_amount
from divisa.domain.portfolio import Portfolio
from divisa.domain.quote import Quote
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from simulator.accounts import Accounts
from simulator.behaviour import probabilities
from simulator.draws import Draws
from simulator.ledger import WARM_UP_DAYS, look_at, one_day
from simulator.people import people
from simulator.population import population
from simulator.prices import SOURCE, price_path
from simulator.readers import Readers, moved
from simulator.session import SECONDS_A_DAY, midnight, trading_seconds
from simulator.signals import signals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.draws import Floats, Ints
    from simulator.population import Population
    from simulator.prices import PricePath
    from simulator.readers import Bools
    from simulator.signals import Signals

WEEK: Final = 7


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
    """

    users: int = 250
    start: date = date(2023, 9, 1)
    end: date = date(2023, 11, 11)
    pair: Pair = Pair("USD", "MXN")
    price_seed: int = 1
    threshold: float = 0.1
    rules: PolicyRules = field(default_factory=lambda: PolicyRules(holdout_share=0.2, min_gain=None))


@dataclass(frozen=True, slots=True)
class Run:
    """What one seed gave.

    Attributes:
        seed: of users, draws and the experiment's key.
        lift: as measured, from suggestions and transactions alone.
        truth: the true effect: what a message adds to the probability of the suggested trade, on average over all
            suggestions of the experiment.
        suppressed: suggestions that the policy let nobody have, holdout left aside.
        left: users who asked for no more.
    """

    seed: int
    lift: Lift
    truth: float
    suppressed: int
    left: int

    @property
    def covers(self) -> bool:
        """Whether the interval holds the true effect."""
        found = self.lift.difference
        return found is not None and found.low <= self.truth <= found.high


def run_all(seeds: Iterable[int], loop: Loop | None = None) -> Iterator[Run]:
    """Each seed's run, in order; the same seed gives the same run."""
    plan = loop or Loop()
    prices = _Prices.of(plan)
    for seed in seeds:
        yield _Life.begun(plan, prices, seed).lived()


@dataclass(frozen=True, slots=True)
class _Morning:
    """A trading day's beginning: what everybody is judged at."""

    day: date
    quote: Quote
    market: MarketView[float]


@dataclass(frozen=True, slots=True)
class _Prices:
    """What all runs share."""

    path: PricePath
    signals: Signals
    mornings: tuple[_Morning, ...]

    @classmethod
    def of(cls, plan: Loop) -> _Prices:
        path = price_path(str(plan.pair), plan.start, plan.end, step_minutes=60, seed=plan.price_seed)
        state, mornings = None, []
        for number, (at, bid, ask) in enumerate(
            zip(path.times.tolist(), path.bid.tolist(), path.ask.tolist(), strict=True)
        ):
            moment = datetime.fromtimestamp(at, UTC)
            quote = Quote(plan.pair, Decimal(f"{bid:.4f}"), Decimal(f"{ask:.4f}"), moment, number + 1, SOURCE)
            state = fold(state, quote)
            day = moment.date()
            is_morning = at == midnight(day) and trading_seconds(day)
            if is_morning and day >= plan.start + timedelta(days=WARM_UP_DAYS):
                mornings.append(_Morning(day, quote, view(state)))
        return cls(path, signals(path), tuple(mornings))


@dataclass(slots=True)
class _Life:
    """One run on its way."""

    plan: Loop
    prices: _Prices
    seed: int
    key: bytes
    draws: Draws
    users: Population
    accounts: Accounts
    readers: Readers
    recipients: list[Recipient]
    joined: Ints
    visits: Ints
    episodes: Ints
    told_on: list[list[datetime]]
    last_told: dict[tuple[int, Side], datetime]
    trials: list[Trial]
    effects: list[float]
    suppressed: int = 0

    @classmethod
    def begun(cls, plan: Loop, prices: _Prices, seed: int) -> _Life:
        draws, index = Draws(seed), np.arange(plan.users)
        users = population(index, pairs=1, draws=draws)
        days = (plan.end - plan.start).days - WARM_UP_DAYS
        return cls(
            plan=plan,
            prices=prices,
            seed=seed,
            key=hashlib.sha256(f"closed loop {seed}".encode()).digest(),
            draws=draws,
            users=users,
            accounts=Accounts.opened(users, float(prices.path.ask[0])),
            readers=Readers.drawn(index, draws),
            recipients=[
                Recipient(each.user_id, consent=frozenset(Channel) if each.consent else frozenset(), email=each.email)
                for each in people(index, draws)
            ],
            joined=WARM_UP_DAYS + np.floor(users.joined * days / 2).astype(np.int64),
            visits=np.zeros(plan.users, dtype=np.int64),
            episodes=np.zeros(plan.users, dtype=np.int64),
            told_on=[[] for _ in range(plan.users)],
            last_told={},
            trials=[],
            effects=[],
        )

    def lived(self) -> Run:
        yesterday = self.prices.mornings[0].day
        for morning in self.prices.mornings:
            self.readers.rest((morning.day - yesterday).days)
            yesterday = morning.day
            self._live(morning)
        return Run(
            self.seed,
            report(self.trials).overall,
            float(np.mean(self.effects)),
            self.suppressed,
            int(self.readers.left.sum()),
        )

    def _live(self, morning: _Morning) -> None:
        present = self.joined <= (morning.day - self.plan.start).days
        drawn = self._decide(morning, present)
        of = np.array(list(drawn), dtype=np.int64)
        wanted = np.zeros(self.plan.users, dtype=np.int64)
        wanted[of] = [1 if side is Side.BUY else -1 for side, _ in drawn.values()]
        told = np.zeros(self.plan.users, dtype=np.bool_)
        told[of] = [arm is Arm.TREATED for _, arm in drawn.values()]
        logits = self.readers.logits

        def react(p_buy: Floats, p_sell: Floats) -> tuple[Floats, Floats]:
            sells = wanted < 0
            side, other = np.where(sells, p_sell, p_buy), np.where(sells, p_buy, p_sell)
            pulled, rest = moved(side, other, logits)
            self.effects += (pulled - side)[of].tolist()
            side, other = np.where(told, pulled, side), np.where(told, rest, other)
            return np.where(sells, other, side), np.where(sells, side, other)

        looks = one_day(
            self.users, self.accounts, self.prices.signals, self.prices.path, morning.day, present, self.draws, react
        )
        done = dict(zip(looks.user.tolist(), looks.side.tolist(), strict=True))
        for user, (side, arm) in drawn.items():
            recipient = self.recipients[user]
            traded = done[user] == wanted[user]
            self.trials.append(Trial(recipient.user_id, arm, traded, side, recipient.reachable()[0], None))
        self.readers.read(told, midnight(morning.day) // SECONDS_A_DAY, self.draws)
        for user in np.flatnonzero(self.readers.left & told).tolist():
            self.recipients[user] = replace(self.recipients[user], consent=frozenset())

    def _decide(self, morning: _Morning, present: Bools) -> dict[int, tuple[Side, Arm]]:
        """The suggestions of a morning that are part of the experiment: side and arm by the user's number."""
        at = np.full(self.plan.users, midnight(morning.day), dtype=np.int64)
        prices, threshold = self.prices, self.plan.threshold
        look = look_at(self.users, self.accounts, prices.signals, prices.path, at, morning.day)
        p_buy, p_sell = probabilities(self.users, look)
        buys = present & (p_buy >= threshold) & (p_buy >= p_sell)
        sells = present & (p_sell >= threshold) & ~buys
        sides = buys.astype(np.int64) - sells
        begins = (sides != 0) & (sides != self.visits)
        self.visits = sides
        self.episodes += begins
        drawn = {}
        for user in np.flatnonzero(begins).tolist():
            side, propensity = (Side.BUY, p_buy[user]) if sides[user] > 0 else (Side.SELL, p_sell[user])
            facts = self._facts(morning, user, side, float(propensity))
            reason = judge(facts, self.plan.rules).suppressed
            if reason is None:
                self.told_on[user].append(facts.at)
            elif reason is not Suppression.HOLDOUT:
                self.suppressed += 1
                continue
            self.last_told[user, side] = facts.at
            drawn[user] = (side, facts.arm)
        return drawn

    def _facts(self, morning: _Morning, user: int, side: Side, propensity: float) -> Facts:
        quote, rules, recipient = morning.quote, self.plan.rules, self.recipients[user]
        owned, money = self.accounts.position[user] + self.accounts.received[user], self.accounts.quote[user]
        portfolio = Portfolio(recipient.user_id, quote.pair, Decimal(f"{owned:.2f}"), Decimal(f"{money:.2f}"))
        week_ago = quote.event_time - timedelta(days=WEEK)
        return Facts(
            side=side,
            quote=quote,
            quote_age=timedelta(0),
            at=quote.event_time,
            market=morning.market,
            recipient=recipient,
            portfolio=portfolio,
            amount=suggested_amount(side, portfolio, float(self.users.size[user]), quote, rules),
            propensity=propensity,
            model_version="simulated",
            last_told=self.last_told.get((user, side)),
            told_this_week=sum(at > week_ago for at in self.told_on[user]),
            arm=arm_of(self.key, recipient.user_id, quote.pair, int(self.episodes[user]), rules.holdout_share),
        )
