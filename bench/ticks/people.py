"""A population in the stores of one process, and the consumers' services around it."""

from __future__ import annotations

import gc
import math
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bench import population
from bench.lines import CountedLines
from bench.ticks.day import REFRESH
from bench.timed_scorer import TimedScorer
from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.policy_source import MemoryPolicySource
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import unstack
from divisa.domain.episodes import VisitRules
from divisa.domain.evaluation import Watch
from divisa.domain.policy import PolicyRules
from divisa.domain.portfolio import Portfolio
from divisa.domain.recipient import Channel, Recipient
from divisa.services.assign_arm import KEY, AssignArm
from divisa.services.decide import Decide
from divisa.services.evaluate_users import EvaluateUsers
from divisa.services.gather_facts import GatherFacts
from divisa.services.log_decisions import LogDecisions
from divisa.services.suggest import Suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.ticks.day import Day
    from divisa.adapters.memory.scorer import Answer
    from divisa.domain.columns import Array
    from divisa.domain.features import Question
    from divisa.domain.pair import Pair

CHANNELS = frozenset([Channel.EMAIL])
VISITS = VisitRules()


@dataclass(frozen=True, slots=True)
class World:
    """Users who have not been evaluated yet, and what evaluates them."""

    pair: Pair
    clock: ManualClock
    summaries: MemorySummaries
    watches: MemoryWatches
    suggestions: MemorySuggestions
    scorer: TimedScorer
    decide: Decide


def world_of(users: int, day: Day, answer: Callable[[Question], Answer]) -> World:
    """So many users in stores of their own, who traded around the day's first price until shortly before it."""
    first = day.quotes[0]
    ids = [user_id(number) for number in range(users)]
    summaries, portfolios, recipients = MemorySummaries(), MemoryPortfolios(), MemoryRecipients()
    rows = unstack(BehaviourSummary[float], summaries_at(users, day))
    summaries.put_many(first.pair, dict(zip(ids, rows, strict=True)))
    base, quoted = Decimal(500), Decimal(20_000)
    portfolios.put_many(Portfolio(user, first.pair, base, quoted) for user in ids)
    recipients.put_many(Recipient(user, consent=CHANNELS, email="user@example.com") for user in ids)
    suggestions = MemorySuggestions()
    watches = MemoryWatches(suggestions)
    watches.put_many(Watch(user, first.pair) for user in ids)
    clock, scorer = ManualClock(first.event_time), TimedScorer(answer)
    log = LogDecisions(CountedLines())
    gather = GatherFacts(portfolios, recipients, suggestions, AssignArm(MemorySecrets({KEY: bytes(32)})), clock)
    suggest = Suggest(watches, gather, MemoryPolicySource(PolicyRules()), clock, VISITS, REFRESH, log)
    decide = Decide(EvaluateUsers(summaries, scorer), suggest, clock, timedelta(minutes=1))
    return World(first.pair, clock, summaries, watches, suggestions, scorer, decide)


def summaries_at(users: int, day: Day) -> BehaviourSummary[Array]:
    """The benchmarks' population, moved to the price and the time at which the day begins."""
    people = population.summaries(users)
    price = float(day.log_mids[0]) - math.log(population.PRICE)
    later = day.quotes[0].event_time.timestamp() - population.START.timestamp()
    return replace(
        people,
        last_at=people.last_at + later,
        cost=people.cost * math.exp(price),
        last_buy=people.last_buy + price,
        last_sell=people.last_sell + price,
        usual_buy=people.usual_buy + price,
    )


@contextmanager
def left_alone() -> Iterator[None]:
    """What is in the stores now stays: the collector need not walk millions of objects again and again."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def user_id(number: int) -> str:
    """The id of a user by number."""
    return f"u-{number:07d}"
