"""How many quotes a second the consumer decides for a thousand users, the model's own time left out."""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.population import PAIR, quotes, summaries
from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.quarantine import MemoryQuarantine
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.scorer import MemoryScorer
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import unstack
from divisa.domain.evaluation import Watch
from divisa.domain.features import FEATURE_NAMES
from divisa.domain.gate import GateLimits
from divisa.domain.policy import PolicyRules
from divisa.domain.portfolio import Portfolio
from divisa.domain.recipient import Channel, Recipient
from divisa.services.apply_quotes import ApplyQuotes, Arrival, Report
from divisa.services.evaluate_users import EvaluateUsers
from divisa.services.suggest import Suggest

if TYPE_CHECKING:
    from numpy.typing import NDArray

USERS = 1_000
QUOTES = 400


def by_cost(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """A stand-in for the model that costs next to nothing: sell above cost, buy below, surer the farther."""
    over_cost = np.nan_to_num(features[:, FEATURE_NAMES.index("log_price_over_cost")].astype(np.float64))
    sell = 0.98 / (1.0 + np.exp(-60.0 * (over_cost - 0.03)))
    buy = 0.98 / (1.0 + np.exp(60.0 * (over_cost + 0.03)))
    total = 0.02 + sell + buy
    return np.column_stack([0.02 / total, buy / total, sell / total])


class TimedScorer(MemoryScorer):
    """Adds up the time that scoring takes.

    Attributes:
        seconds: so far.
    """

    seconds = 0.0

    def score(self, features: NDArray[np.float32]) -> Any:
        """As `MemoryScorer`, timed."""
        started = time.perf_counter()
        scores = super().score(features)
        self.seconds += time.perf_counter() - started
        return scores


def run() -> dict[str, Any]:
    """One quote a batch, every user of the pair evaluated each time."""
    clock, scorer, watches, suggestions = _world()
    apply, stored = _consumer(clock, scorer, watches)
    seconds, report = 0.0, Report()
    for quote in quotes(QUOTES):
        clock.set(quote.event_time)
        arrival = Arrival(f"{quote.sequence:020d}", b"", quote.event_time, quote)
        started = time.perf_counter()
        step = apply([arrival])
        seconds += time.perf_counter() - started
        report.accepted += step.accepted
        report.evaluated += step.evaluated
        report.suggested += step.suggested
        report.suppressed += step.suppressed
    del stored
    return {
        "bench": "consumer",
        "users": USERS,
        "quotes": report.accepted,
        "evaluations": report.evaluated,
        "suggestions": report.suggested,
        "suppressed": dict(report.suppressed),
        "recorded": sum(1 for _ in suggestions.all()),
        "quotes_per_s_without_model": round(report.accepted / (seconds - scorer.seconds), 1),
    }


def _world() -> tuple[ManualClock, TimedScorer, MemoryWatches, MemorySuggestions]:
    suggestions = MemorySuggestions()
    watches = MemoryWatches(suggestions)
    watches.put_many(Watch(_user(index), PAIR) for index in range(USERS))
    return ManualClock(quotes(1)[0].event_time), TimedScorer(by_cost), watches, suggestions


def _consumer(clock: ManualClock, scorer: TimedScorer, watches: MemoryWatches) -> tuple[ApplyQuotes, MemoryMarkets]:
    stored, portfolios, recipients, markets = MemorySummaries(), MemoryPortfolios(), MemoryRecipients(), MemoryMarkets()
    rows = unstack(BehaviourSummary[float], summaries(USERS))
    stored.put_many(PAIR, {_user(index): row for index, row in enumerate(rows)})
    portfolios.put_many(Portfolio(_user(index), PAIR, Decimal(500), Decimal(20_000)) for index in range(USERS))
    recipients.put_many(
        Recipient(_user(index), consent=frozenset(Channel), phone="+520000000000", email="user@example.com")
        for index in range(USERS)
    )
    apply = ApplyQuotes(
        pairs=frozenset([PAIR]),
        markets=markets,
        watches=watches,
        quarantine=MemoryQuarantine(),
        evaluate=EvaluateUsers(stored, scorer),
        suggest=Suggest(watches, portfolios, recipients, clock, PolicyRules(cooldown=timedelta(hours=1))),
        clock=clock,
        limits=GateLimits(),
    )
    return apply, markets


def _user(index: int) -> str:
    return f"u-{index:06d}"
