"""Everything that the services stand on, in memory, and ways for it to fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.memory.backlog import MemoryBacklog
from divisa.adapters.memory.bars import MemoryBars
from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.decision_log import MemoryDecisionLog
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.adapters.memory.policy_source import MemoryPolicySource
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.quarantine import MemoryQuarantine
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.scorer import MemoryScorer, everybody, unsaid
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.episodes import VisitRules
from divisa.domain.errors import MovesInterrupted, ScorerUnavailable, StoreUnavailable, StreamUnavailable
from divisa.domain.features import PRICE_FEATURE_NAMES, Question
from divisa.domain.gate import GateLimits
from divisa.domain.policy import PolicyRules
from divisa.services.apply_quotes import ApplyQuotes, Arrival, Report
from divisa.services.assign_arm import AssignArm
from divisa.services.decide import Decide
from divisa.services.evaluate_users import EvaluateUsers
from divisa.services.gather_facts import GatherFacts
from divisa.services.log_decisions import LogDecisions
from divisa.services.reevaluate_users import ReevaluateUsers
from divisa.services.refresh_watches import RefreshWatches
from divisa.services.suggest import Suggest
from divisa.services.work_off import WorkOff
from tests.around import Answer, Band, around
from tests.builders import USD_MXN, WEDNESDAY, a_portfolio, a_recipient, a_summary, a_watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from divisa.domain.bars import Bar
    from divisa.domain.decision import DecisionRecord
    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import MarketRecord, Move, Scores

OVER_COST = PRICE_FEATURE_NAMES.index("log_price_over_cost")
EDGE = 0.01
"""Log return on the average cost beyond which the model of this world speaks."""
KEYS = {"key": b"0123456789abcdef"}
CHEERFUL = PolicyRules(min_gain=None, cooldown=timedelta(hours=72), contradiction=timedelta(0), holdout_share=0.0)
"""Rules under which the model of this world is heard: it knows no average, and says one side after the other."""


def by_cost(question: Question) -> Answer:
    """A model that anyone can follow: sell from 1 % above cost, buy below 1 % under it, else and for newcomers hold."""
    return around(_band_by_cost, question)


def _band_by_cost(question: Question) -> Band:
    slope, intercept = question.slope[:, OVER_COST], question.intercept[:, OVER_COST]
    over = slope * question.x + intercept
    decision = np.select([over < -EDGE, over >= EDGE], [1, 2], default=0).astype(np.int8)
    buy_ends, sell_begins = (_first_at_or_above(slope, intercept, edge) for edge in (-EDGE, EDGE))
    lower = np.select([decision == 1, decision == 2], [np.full_like(over, -np.inf), sell_begins], default=buy_ends)
    upper = np.select([decision == 1, decision == 2], [buy_ends, np.full_like(over, np.inf)], default=sell_begins)
    unknown = np.isnan(over)
    probabilities = np.where(np.arange(3) == decision[:, None], 0.7, 0.15)
    return Band(probabilities, decision, np.where(unknown, -np.inf, lower), np.where(unknown, np.inf, upper))


def _first_at_or_above(slope: NDArray[np.float64], intercept: NDArray[np.float64], edge: float) -> NDArray[np.float64]:
    """The smallest x with slope · x + intercept >= edge."""
    x = (edge - intercept) / slope
    for _ in range(4):
        below = np.nextafter(x, -np.inf)
        x = np.where(slope * below + intercept >= edge, below, x)
        x = np.where(slope * x + intercept < edge, np.nextafter(x, np.inf), x)
    return np.asarray(x)


class SwitchedScorer(MemoryScorer):
    """A model that can be switched off."""

    failure: Exception | None = None

    def score(self, question: Question) -> Scores:
        if self.failure is not None:
            raise self.failure
        return super().score(question)

    def switch_off(self) -> None:
        self.failure = ScorerUnavailable("the endpoint did not answer in time")


@dataclass
class Trouble:
    """Calls of a store that still go through before one fails; None lets all through."""

    calls_left: int | None = None

    def pass_or_fail(self) -> None:
        if self.calls_left is None:
            return
        if self.calls_left == 0:
            self.calls_left = None
            raise StoreUnavailable("the table did not answer")
        self.calls_left -= 1


class TroubledMarkets(MemoryMarkets):
    """Markets that fail to save when told to, once."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble = Trouble()

    def save(self, record: MarketRecord) -> None:
        self.trouble.pass_or_fail()
        super().save(record)


class TroubledWatches(MemoryWatches):
    """Watches that fail in the middle of moving when told to, once."""

    def __init__(self, suggestions: MemorySuggestions) -> None:
        super().__init__(suggestions, shards=2, page=2)
        self.trouble = Trouble()

    def move_all(self, moves: Sequence[Move]) -> Sequence[bool]:
        done: list[bool] = []
        for move in moves:
            try:
                self.trouble.pass_or_fail()
            except StoreUnavailable as error:
                raise MovesInterrupted(str(error), [*done, *[None] * (len(moves) - len(done))]) from error
            done += super().move_all([move])
        return done


class TroubledBars(MemoryBars):
    """Bars that fail to be written when told to.

    Attributes:
        failure: raised by every write while it is set.
    """

    def __init__(self) -> None:
        super().__init__()
        self.failure: Exception | None = None

    def merge(self, bars: Iterable[Bar]) -> None:
        if self.failure is not None:
            raise self.failure
        super().merge(bars)


class TroubledDecisionLog(MemoryDecisionLog):
    """A decision log that refuses what it is given when told to.

    Attributes:
        is_away: whether it does.
        calls: how often it was written to.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.calls = 0

    def write(self, records: Sequence[DecisionRecord]) -> None:
        self.calls += 1
        if self.is_away:
            raise StreamUnavailable("the log did not answer")
        super().write(records)


@dataclass
class World:
    """One pair, its users and its stores. Each user bought at a cost; None makes a newcomer."""

    costs: Mapping[str, float | None] = field(default_factory=lambda: {"ana": 17.0})
    rules: PolicyRules = CHEERFUL
    limits: GateLimits = field(default_factory=GateLimits)
    pairs: frozenset[Pair] = frozenset([USD_MXN])
    visits: VisitRules = field(default_factory=VisitRules)
    refresh_age: timedelta = timedelta(hours=6)
    inside: Callable[[Question], NDArray[np.bool_]] = everybody
    effects: Callable[[Question, NDArray[np.int8]], NDArray[np.float64] | None] = unsaid

    def __post_init__(self) -> None:
        self.clock, self.policy = ManualClock(WEDNESDAY), MemoryPolicySource(self.rules)
        self.summaries, self.portfolios, self.recipients = MemorySummaries(), MemoryPortfolios(), MemoryRecipients()
        self.suggestions, self.quarantine, self.markets = MemorySuggestions(), MemoryQuarantine(), TroubledMarkets()
        self.watches = TroubledWatches(self.suggestions)
        self.scorer = SwitchedScorer(by_cost, inside=self.inside, effects=self.effects, model_version="m-1")
        self.backlog, self.bars = MemoryBacklog(), TroubledBars()
        self.summaries.put_many(
            USD_MXN, {user: a_summary(cost=cost) for user, cost in self.costs.items() if cost is not None}
        )
        self.portfolios.put_many(a_portfolio(user_id=user) for user in self.costs)
        self.recipients.put_many(a_recipient(user) for user in self.costs)
        self.watches.put_many(a_watch(user) for user in self.costs)
        self.decisions = TroubledDecisionLog()
        self.suggest = Suggest(
            self.watches,
            GatherFacts(self.portfolios, self.recipients, self.suggestions, AssignArm(MemorySecrets(KEYS)), self.clock),
            self.policy,
            self.clock,
            self.visits,
            self.refresh_age,
            LogDecisions(self.decisions),
        )
        self.evaluate = EvaluateUsers(self.summaries, self.scorer)
        self.decide = Decide(self.evaluate, self.suggest, self.clock, self.limits.max_age)
        self.apply = ApplyQuotes(
            pairs=self.pairs,
            markets=self.markets,
            candidates=self.watches.broken,
            quarantine=self.quarantine,
            decide=self.decide,
            backlog=self.backlog,
            bars=self.bars,
            clock=self.clock,
            limits=self.limits,
            shards=self.watches.shards,
        )
        self.work_off = WorkOff(self.markets, self.watches, self.decide, self.backlog)
        self.refresh = RefreshWatches(self.markets, self.watches, self.decide)
        self.reevaluate = ReevaluateUsers(self.markets, self.watches, self.decide)

    def receive(self, *quotes: Quote) -> Report:
        """Apply a batch a second after its last quote; a quote's position in the stream is its sequence."""
        self.clock.set(max(quote.event_time for quote in quotes) + timedelta(seconds=1))
        return self.apply([an_arrival(quote) for quote in quotes])

    def watch(self, user_id: str = "ana") -> Watch:
        return {watch.user_id: watch for page in self.watches.of_pair(USD_MXN) for watch in page}[user_id]

    def told(self) -> list[Suggestion]:
        """Suggestions that were let out, oldest first."""
        return [each for each in self.recorded() if each.suppressed is None]

    def recorded(self) -> list[Suggestion]:
        """All suggestions, oldest first."""
        return sorted(self.suggestions.all(), key=lambda each: (each.quote_time, each.suggestion_id))

    def quarantined(self) -> list[tuple[str, bytes]]:
        return [(entry.reason, entry.payload) for entry in self.quarantine.all()]


def an_arrival(quote: Quote, position: str | None = None) -> Arrival:
    return Arrival(position or f"{quote.sequence:020d}", f"quote {quote.sequence}".encode(), quote.event_time, quote)


def batches_of(quotes: Sequence[Quote], sizes: Sequence[int]) -> Iterator[list[Quote]]:
    """Quotes cut into batches of these sizes, the rest in the last."""
    left = list(quotes)
    for size in sizes:
        if left:
            yield left[:size]
            left = left[size:]
    if left:
        yield left
