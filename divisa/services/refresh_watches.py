"""Refresh watches that have grown old, or that an earlier model decided about, within a stated rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.decision import Cause
from divisa.services.decide import in_chunks
from divisa.services.suggest import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair
    from divisa.ports import Markets, Watches
    from divisa.services.decide import Decide


@dataclass(frozen=True, slots=True)
class RefreshWatches:
    """Evaluates the stale watches of a pair, those first that are stale for longest.

    A watch goes to the end of its shard's queue when it is refreshed, so that the walk needs no cursor: one that was
    killed goes on where it stopped, and watches that were all put at one time are spread evenly once the rate has
    walked them. Age is counted by event time of the newest quote; while the market is closed nothing grows old.
    """

    markets: Markets
    watches: Watches
    decide: Decide

    def __call__(self, pair: Pair, at_most: int) -> Outcome:
        """Refresh at most so many watches of a pair, in equal shares of its shards; what one leaves the next may use.

        A watch is stale from its `refresh_at` on, or as soon as another model than its own answers.

        Raises:
            ScorerUnavailable: the model did not answer; the next run goes on.
            InvalidModel: its answer does not fit; the next run goes on.
            StoreUnavailable: a table did not answer; the next run goes on.
        """
        outcome = Outcome()
        model: str | None = None
        for shard in range(shards := self.watches.shards):
            newest = self.decide.newest(self.markets.load(pair))
            if newest is None:
                break
            quote, market = newest
            share = -(-(at_most - outcome.evaluated) // (shards - shard))
            queue = self.watches.stale(pair, shard, share) if share else ()
            if not queue:
                continue
            if model is None:
                # Only an answer tells which model answers.
                model = self.decide.model_version(quote, market, queue[0])
            for chunk in in_chunks([watch for watch in queue if _is_stale(watch, quote.event_time, model)]):
                outcome.add(self.decide(quote, market, chunk, Cause.REFRESH))
        return outcome


def _is_stale(watch: Watch, at: datetime, model: str) -> bool:
    return watch.refresh_at is None or watch.refresh_at <= at or watch.model_version != model
