"""Everything that the services stand on, in memory, and ways for it to fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.quarantine import MemoryQuarantine
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.scorer import MemoryScorer
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.errors import ScorerUnavailable, StoreUnavailable
from divisa.domain.features import FEATURE_NAMES
from divisa.domain.gate import GateLimits
from divisa.domain.policy import PolicyRules
from divisa.services.apply_quotes import ApplyQuotes, Arrival, Report
from divisa.services.evaluate_users import EvaluateUsers
from divisa.services.suggest import Suggest
from tests.builders import USD_MXN, WEDNESDAY, a_portfolio, a_recipient, a_summary, a_watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import MarketRecord, Scores

OVER_COST = FEATURE_NAMES.index("log_price_over_cost")


def by_cost(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """A model that anyone can follow: sell from 1 % above cost, buy from 1 % below, else and for newcomers hold."""
    over = features[:, OVER_COST].astype(np.float64)
    sides = [over <= -0.01, over >= 0.01]
    decided = np.select(sides, [1, 2], default=0)
    return np.where(np.arange(3) == decided[:, None], 0.7, 0.15)


class SwitchedScorer(MemoryScorer):
    """A model that can be switched off."""

    failure: Exception | None = None

    def score(self, features: NDArray[np.float32]) -> Scores:
        if self.failure is not None:
            raise self.failure
        return super().score(features)

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
    """Watches that fail to move when told to, once."""

    def __init__(self, suggestions: MemorySuggestions) -> None:
        super().__init__(suggestions, page=2)
        self.trouble = Trouble()

    def move(self, before: Watch, after: Watch, suggestion: Suggestion | None) -> bool:
        self.trouble.pass_or_fail()
        return super().move(before, after, suggestion)


@dataclass
class World:
    """One pair, its users and its stores. Each user bought at a cost; None makes a newcomer."""

    costs: Mapping[str, float | None] = field(default_factory=lambda: {"ana": 17.0})
    rules: PolicyRules = field(default_factory=PolicyRules)
    limits: GateLimits = field(default_factory=GateLimits)
    pairs: frozenset[Pair] = frozenset([USD_MXN])

    def __post_init__(self) -> None:
        self.clock = ManualClock(WEDNESDAY)
        self.summaries, self.portfolios, self.recipients = MemorySummaries(), MemoryPortfolios(), MemoryRecipients()
        self.suggestions, self.quarantine, self.markets = MemorySuggestions(), MemoryQuarantine(), TroubledMarkets()
        self.watches, self.scorer = TroubledWatches(self.suggestions), SwitchedScorer(by_cost, model_version="m-1")
        self.summaries.put_many(
            USD_MXN, {user: a_summary(cost=cost) for user, cost in self.costs.items() if cost is not None}
        )
        self.portfolios.put_many(a_portfolio(user_id=user) for user in self.costs)
        self.recipients.put_many(a_recipient(user) for user in self.costs)
        self.watches.put_many(a_watch(user) for user in self.costs)
        self.suggest = Suggest(self.watches, self.portfolios, self.recipients, self.clock, self.rules)
        self.evaluate = EvaluateUsers(self.summaries, self.scorer)
        self.apply = ApplyQuotes(
            pairs=self.pairs,
            markets=self.markets,
            watches=self.watches,
            quarantine=self.quarantine,
            evaluate=self.evaluate,
            suggest=self.suggest,
            clock=self.clock,
            limits=self.limits,
        )

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
