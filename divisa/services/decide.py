"""Decide about watches at a quote: ask the model, and write down what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from divisa.domain.decision import Cause
    from divisa.domain.evaluation import Watch
    from divisa.domain.market import MarketState
    from divisa.domain.quote import Quote
    from divisa.ports import Clock, MarketRecord
    from divisa.services.evaluate_users import EvaluateUsers
    from divisa.services.suggest import Outcome, Suggest

CHUNK: Final = 1000
"""Watches that are decided together: enough for the model to be fast, few enough to be one short call."""


@dataclass(frozen=True, slots=True)
class Decide:
    """Evaluates watches of one pair and moves them; the one way in which a watch comes to a new decision.

    Attributes:
        max_quote_age: an older quote is no price to decide at.
    """

    evaluate: EvaluateUsers
    suggest: Suggest
    clock: Clock
    max_quote_age: timedelta

    def __call__(self, quote: Quote, market: MarketState, watches: Sequence[Watch], cause: Cause) -> Outcome:
        """Decide about at least one watch at the quote's price, in a market that may not have followed it yet.

        Args:
            quote: the price.
            market: the pair's market.
            watches: whom to decide about.
            cause: why; the decision log has it.

        Raises:
            ScorerUnavailable: the model did not answer; nothing was written.
            InvalidModel: its answer does not fit; nothing was written.
            StoreUnavailable: a table did not answer; deciding again is safe.
        """
        users, margin = [watch.user_id for watch in watches], self.suggest.visits.margin
        evaluations = self.evaluate(quote.pair, users, market, quote.log_mid, margin)
        return self.suggest(quote, watches, evaluations, cause)

    def model_version(self, quote: Quote, market: MarketState, watch: Watch) -> str:
        """Which model answers now; asks it about one user and writes nothing. Raises as a call does."""
        return self.evaluate(quote.pair, [watch.user_id], market, quote.log_mid).scores.model_version

    def newest(self, record: MarketRecord) -> tuple[Quote, MarketState] | None:
        """The newest quote of a pair and its market; None when there is none, or it has passed."""
        if record.quote is None or record.market is None:
            return None
        if self.clock.age(record.quote.event_time) > self.max_quote_age:
            return None
        return record.quote, record.market


def in_chunks(watches: Sequence[Watch]) -> Iterator[Sequence[Watch]]:
    """Watches cut into pieces of at most CHUNK."""
    return (watches[start : start + CHUNK] for start in range(0, len(watches), CHUNK))
