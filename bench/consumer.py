"""How many quotes a second the consumer decides for a thousand users, the model's own time left out.

Once as it runs, with the watches that a quote breaks, and once as the reference, with everybody at every quote.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bench.lines import CountedLines
from bench.population import PAIR, quotes, summaries
from bench.timed_scorer import TimedScorer
from divisa.adapters.memory.backlog import MemoryBacklog
from divisa.adapters.memory.bars import MemoryBars
from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.adapters.memory.policy_source import MemoryPolicySource
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.quarantine import MemoryQuarantine
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import unstack
from divisa.domain.episodes import VisitRules
from divisa.domain.evaluation import Watch
from divisa.domain.features import PRICE_FEATURE_NAMES
from divisa.domain.gate import GateLimits
from divisa.domain.policy import PolicyRules
from divisa.domain.portfolio import Portfolio
from divisa.domain.recipient import Channel, Recipient
from divisa.services.apply_quotes import ApplyQuotes, Arrival, everyone
from divisa.services.assign_arm import KEY, AssignArm
from divisa.services.decide import Decide
from divisa.services.evaluate_users import EvaluateUsers
from divisa.services.gather_facts import GatherFacts
from divisa.services.log_decisions import LogDecisions
from divisa.services.suggest import Outcome, Suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from divisa.domain.features import Question
    from divisa.domain.quote import Quote
    from divisa.services.apply_quotes import Candidates

USERS = 1_000
QUOTES = 400
OVER_COST = PRICE_FEATURE_NAMES.index("log_price_over_cost")
EDGE = 0.03
"""Log return on the average cost beyond which the stand-in speaks."""
LIMITS = GateLimits()


class Answer(NamedTuple):
    """What the stand-in says: the columns of `Scores`."""

    probabilities: NDArray[np.float64]
    decision: NDArray[np.int8]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    reach_lower: NDArray[np.float64]
    reach_upper: NDArray[np.float64]
    quiet_lower: NDArray[np.float64]
    quiet_upper: NDArray[np.float64]


def by_cost(question: Question) -> Answer:
    """A stand-in for the model that costs next to nothing: sell above cost, buy below, hold where nothing was bought.

    It is surer the farther the price is from cost.
    """
    x, slope, intercept = question.x, question.slope[:, OVER_COST], question.intercept[:, OVER_COST]
    buy_ends, sell_begins = (
        np.where(np.isnan(intercept), end, (edge - intercept) / slope)
        for edge, end in ((-EDGE, -np.inf), (EDGE, np.inf))
    )
    decision = np.select([x < buy_ends, x >= sell_begins], [1, 2], default=0).astype(np.int8)
    lower = np.choose(decision, [buy_ends, np.full_like(x, -np.inf), sell_begins])
    upper = np.choose(decision, [sell_begins, buy_ends, np.full_like(x, np.inf)])
    over_cost = np.nan_to_num(slope * x + intercept)
    sell, buy = (0.98 / (1.0 + np.exp(-60.0 * (sign * over_cost - EDGE))) for sign in (1.0, -1.0))
    probabilities = np.column_stack([np.full_like(x, 0.02), buy, sell])
    # Behind the HOLD beside a side comes the other one, if any.
    is_quiet = (decision != 0) & (question.margin > 0.0)
    quiet_lower = np.where(is_quiet, np.maximum(lower - question.margin, np.minimum(buy_ends, lower)), lower)
    quiet_upper = np.where(is_quiet, np.minimum(upper + question.margin, np.maximum(sell_begins, upper)), upper)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return Answer(probabilities, decision, lower, upper, lower, upper, quiet_lower, quiet_upper)


def run() -> dict[str, Any]:
    """One quote a batch; what every user of the pair is told is the same whichever way it is found."""
    path = quotes(QUOTES)
    watching, reference = _applied(path, is_reference=False), _applied(path, is_reference=True)
    if watching.told != reference.told:
        raise SystemExit("the watches that a quote breaks suggest other things than everybody at every quote")
    return {
        "bench": "consumer",
        "users": USERS,
        "quotes": reference.quotes,
        "evaluations": reference.outcome.evaluated,
        "suggestions": reference.outcome.suggested,
        "suppressed": dict(reference.outcome.suppressed),
        "recorded": len(reference.told),
        "quotes_per_s_without_model": round(reference.quotes / reference.seconds, 1),
        "watching_evaluations": watching.outcome.evaluated,
        "watching_quotes_per_s_without_model": round(watching.quotes / watching.seconds, 1),
    }


@dataclass(frozen=True, slots=True)
class Applied:
    """What a path of quotes came to.

    Attributes:
        quotes: that were believed.
        seconds: that the consumer took, the model left out.
        outcome: what became of the watches.
        told: suggestions on record, by id and quote.
    """

    quotes: int
    seconds: float
    outcome: Outcome
    told: set[tuple[str, int]]


def _applied(path: Sequence[Quote], *, is_reference: bool) -> Applied:
    clock, scorer, suggestions = ManualClock(path[0].event_time), TimedScorer(by_cost), MemorySuggestions()
    watches = MemoryWatches(suggestions)
    watches.put_many(Watch(_user(index), PAIR) for index in range(USERS))
    candidates = everyone(watches) if is_reference else watches.broken
    apply = _consumer(clock, scorer, watches, suggestions, candidates)
    seconds, accepted, outcome = 0.0, 0, Outcome()
    for quote in path:
        clock.set(quote.event_time)
        arrival = Arrival(f"{quote.sequence:020d}", b"", quote.event_time, quote)
        started = time.perf_counter()
        step = apply([arrival])
        seconds += time.perf_counter() - started
        accepted += step.accepted
        outcome.add(step.outcome)
    told = {(each.suggestion_id, each.quote_sequence) for each in suggestions.all()}
    return Applied(accepted, seconds - scorer.seconds, outcome, told)


def _consumer(
    clock: ManualClock,
    scorer: TimedScorer,
    watches: MemoryWatches,
    suggestions: MemorySuggestions,
    candidates: Candidates,
) -> ApplyQuotes:
    stored, portfolios, recipients = MemorySummaries(), MemoryPortfolios(), MemoryRecipients()
    rows = unstack(BehaviourSummary[float], summaries(USERS))
    stored.put_many(PAIR, {_user(index): row for index, row in enumerate(rows)})
    portfolios.put_many(Portfolio(_user(index), PAIR, Decimal(500), Decimal(20_000)) for index in range(USERS))
    recipients.put_many(
        Recipient(_user(index), consent=frozenset(Channel), phone="+520000000000", email="user@example.com")
        for index in range(USERS)
    )
    gather = GatherFacts(portfolios, recipients, suggestions, AssignArm(MemorySecrets({KEY: bytes(32)})), clock)
    policy = MemoryPolicySource(PolicyRules(cooldown=timedelta(hours=1)))
    log = LogDecisions(CountedLines())
    suggest = Suggest(watches, gather, policy, clock, VisitRules(), timedelta(hours=6), log)
    return ApplyQuotes(
        pairs=frozenset([PAIR]),
        markets=MemoryMarkets(),
        candidates=candidates,
        quarantine=MemoryQuarantine(),
        decide=Decide(EvaluateUsers(stored, scorer), suggest, clock, LIMITS.max_age),
        backlog=MemoryBacklog(),
        bars=MemoryBars(),
        clock=clock,
        limits=LIMITS,
        shards=watches.shards,
    )


def _user(index: int) -> str:
    return f"u-{index:06d}"
