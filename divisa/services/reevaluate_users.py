"""Evaluate users again at once, because what is known of them changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from divisa.domain.bands import NOWHERE
from divisa.domain.decision import Cause
from divisa.domain.errors import ConcurrentUpdate
from divisa.ports import Move
from divisa.services.suggest import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair
    from divisa.ports import Markets, Watches
    from divisa.services.decide import Decide

ATTEMPTS: Final = 5
"""How often a watch is read again that others move meanwhile."""


@dataclass(frozen=True, slots=True)
class ReevaluateUsers:
    """Decides about users at the newest quote; without one, their watches ask for an evaluation at the next.

    A watch is written even if nothing is new about it: somebody may be evaluating it with the summary of before, and
    must be refused.
    """

    markets: Markets
    watches: Watches
    decide: Decide

    def __call__(self, pair: Pair, user_ids: Sequence[str]) -> Outcome:
        """Evaluate users whose summary has changed, after the change was stored. Users without a watch are passed over.

        Raises:
            ConcurrentUpdate: others moved the watches again and again; try again.
            ScorerUnavailable: the model did not answer; try again, or put it off.
            InvalidModel: its answer does not fit; try again when it is mended, or put it off.
            StoreUnavailable: a table did not answer; trying again is safe.
        """
        return self._write(pair, user_ids, self._decide)

    def put_off(self, pair: Pair, user_ids: Sequence[str]) -> Outcome:
        """Have the next quote decide about users, whatever it is; raises as a call does, without asking the model."""
        return self._write(pair, user_ids, lambda _, watches: self._mark(watches))

    def _write(self, pair: Pair, user_ids: Sequence[str], step: Callable[[Pair, Sequence[Watch]], Outcome]) -> Outcome:
        outcome = Outcome()
        for _ in range(ATTEMPTS):
            watches = list(self.watches.get_many(pair, user_ids).values())
            if not watches:
                return outcome
            done = step(pair, watches)
            outcome.add(done)
            if not done.raced:
                return outcome
        raise ConcurrentUpdate(f"watches of {pair} were moved by others {ATTEMPTS} times")

    def _decide(self, pair: Pair, watches: Sequence[Watch]) -> Outcome:
        newest = self.decide.newest(self.markets.load(pair))
        if newest is None:
            return self._mark(watches)
        quote, market = newest
        # A quote that is still being applied has decided about these, perhaps before the change was there to be read.
        ahead = [each for each in watches if each.evaluated_at is not None and each.evaluated_at > quote.event_time]
        outcome = self._mark(ahead)
        # Nothing is the same as NOWHERE, so that all of them are written.
        if here := [replace(each, band=NOWHERE) for each in watches if each not in ahead]:
            outcome.add(self.decide(quote, market, here, Cause.REEVALUATED))
        return outcome

    def _mark(self, watches: Sequence[Watch]) -> Outcome:
        """Make the next quote evaluate, whatever it is."""
        moves = [Move(watch, replace(watch, band=NOWHERE, generation=watch.generation + 1)) for watch in watches]
        done = sum(self.watches.move_all(moves)) if moves else 0
        return Outcome(moved=done, raced=len(moves) - done)
