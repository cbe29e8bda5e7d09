"""Check how the API fares: whether its tables answer, and how old the prices are that people would trade at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from divisa.domain.errors import DivisaError
from divisa.domain.gate import market_is_open

if TYPE_CHECKING:
    from datetime import timedelta

    from divisa.domain.pair import Pair
    from divisa.ports import Clock, Markets


class Condition(StrEnum):
    """How something fares that the API stands on; why, is for the logs."""

    OK = "ok"
    LATE = "late"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class QuoteAge:
    """How old the newest good quote of a pair is, in time as people wait for it.

    Attributes:
        age: None when there is no quote yet, or nobody knows.
    """

    pair: Pair
    age: timedelta | None


@dataclass(frozen=True, slots=True)
class Health:
    """How the API fares.

    Attributes:
        tables: whether what people hold can be read.
        prices: whether every served pair has a price to trade at; while the market is closed, old ones are as good as
            there can be.
        quotes: of each served pair, in their order.
    """

    tables: Condition
    prices: Condition
    quotes: tuple[QuoteAge, ...]

    @property
    def answers(self) -> bool:
        """Whether the API can do anything at all for people."""
        return self.tables is Condition.OK

    @property
    def is_ok(self) -> bool:
        """Whether it can do everything."""
        return self.answers and self.prices is Condition.OK


@dataclass(frozen=True, slots=True)
class CheckHealth:
    """Checks it by reading what a trade reads, so that it fails when a trade would.

    The model is not asked: the API never asks it, and a model that is away has an alarm of its own.

    Attributes:
        pairs: the served pairs.
        markets: on a connection that gives up soon, so that a monitor is answered before it does.
        clock: the stage's.
        max_age: older quotes are late.
    """

    pairs: frozenset[Pair]
    markets: Markets
    clock: Clock
    max_age: timedelta

    def __call__(self) -> Health:
        """Check now; raises nothing that a component may raise."""
        quotes: list[QuoteAge] = []
        is_late = False
        for pair in sorted(self.pairs):
            try:
                quote = self.markets.load(pair).quote
                age = None if quote is None else self.clock.age(quote.event_time)
                is_late |= age is None or (age > self.max_age and market_is_open(self.clock.now()))
            except DivisaError:
                nothing = tuple(QuoteAge(each, None) for each in sorted(self.pairs))
                return Health(Condition.UNAVAILABLE, Condition.UNAVAILABLE, nothing)
            quotes.append(QuoteAge(pair, age))
        return Health(Condition.OK, Condition.LATE if is_late else Condition.OK, tuple(quotes))
