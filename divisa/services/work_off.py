"""Work off what a large move of the price broke: chunk by chunk, each at the newest price there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.decision import Cause
from divisa.services.decide import CHUNK
from divisa.services.suggest import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.domain.pair import Pair
    from divisa.ports import Backlog, Markets, Watches
    from divisa.services.decide import Decide


@dataclass(frozen=True, slots=True)
class WorkOff:
    """Decides about the broken watches of one shard until none is left.

    Which watches are broken, and at which price they are decided about, is asked anew for every chunk: a price that
    has passed decides nothing, however long the request has waited.
    """

    markets: Markets
    watches: Watches
    decide: Decide
    backlog: Backlog
    chunk: int = CHUNK

    def __call__(self, pair: Pair, shard: int, has_time: Callable[[], bool]) -> Outcome:
        """Work off one shard; what there is no time for goes back to the backlog.

        Args:
            pair: the pair.
            shard: the shard.
            has_time: asked after each chunk whether another one may begin.

        Raises:
            ScorerUnavailable: the model did not answer; try again later.
            InvalidModel: its answer does not fit; try again when it is mended.
            StoreUnavailable: a table or the queue did not answer; trying again is safe.
        """
        outcome = Outcome()
        while (newest := self.decide.newest(self.markets.load(pair))) is not None:
            quote, market = newest
            x = quote.log_mid
            broken = [
                watch for page in self.watches.broken(pair, x, x, shard=shard, limit=self.chunk) for watch in page
            ]
            if not broken:
                break
            step = self.decide(quote, market, broken, Cause.BROKEN)
            outcome.add(step)
            if not step.moved:
                break  # Others are at these watches, or an index still shows what they were.
            if not has_time():
                self.backlog.put(pair, [shard])
                break
        return outcome
