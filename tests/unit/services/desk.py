"""A world with a ledger, in which users trade."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.domain.ledger import enter, transaction_id_of
from divisa.domain.market import view
from divisa.domain.transaction import Side
from divisa.services.fold_ledger import FoldLedger
from tests.builders import USD_MXN, WEDNESDAY, a_market_state, a_portfolio, a_quote, a_transaction
from tests.unit.services.world import Trouble, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.pair import Pair
    from divisa.ports import Advance, SummaryRecord


class TroubledSummaries(MemorySummaries):
    """Summaries that fail in the middle of saving when told to, once."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble = Trouble()

    def save(self, advances: Sequence[Advance]) -> Sequence[bool]:
        done: list[bool] = []
        for advance in advances:
            self.trouble.pass_or_fail()
            done += super().save([advance])
        return done


@dataclass
class Desk:
    """A world with a ledger, where users trade before anybody folds it."""

    world: World = field(default_factory=lambda: World({"ana": 17.0, "ben": 17.0}))
    clock: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.summaries = TroubledSummaries()
        self.summaries.put_many(USD_MXN, self.world.summaries.get_many(USD_MXN, list(self.world.costs)))
        self.world.summaries = self.summaries
        self.world.evaluate = replace(self.world.evaluate, summaries=self.summaries)
        decide = replace(self.world.decide, evaluate=self.world.evaluate)
        self.world.decide = decide
        self.world.apply = replace(self.world.apply, decide=decide)
        self.world.reevaluate = replace(self.world.reevaluate, decide=decide)
        self.ledger = MemoryLedger(self.world.portfolios)
        self.fold = FoldLedger(self.summaries, self.ledger, self.world.watches, self.world.reevaluate)

    def trade(
        self, user_id: str, side: Side = Side.BUY, quantity: str = "10", price: str = "17.00", pair: Pair = USD_MXN
    ) -> LedgerEntry:
        """What the app's API does: the next entry of a user, made a second after the one before."""
        self.clock += timedelta(seconds=1)
        at = WEDNESDAY + self.clock
        before = self.ledger.portfolio(user_id, pair)
        if before is None or not before.sequence:
            before = replace(a_portfolio("1000000", "90000000", user_id=user_id), pair=pair)
            self.world.portfolios.put_many([before])
        transaction = replace(a_transaction(side, quantity, price, at=at, user_id=user_id), pair=pair)
        key = transaction_id_of(user_id, f"{pair} {before.sequence}")
        quote = replace(a_quote(price, at=at), pair=pair)
        market = view(a_market_state(price, at=at))
        entry, after = enter(before, transaction, transaction_id=key, quote=quote, market=market, fingerprint=key)
        assert self.ledger.record(entry, after)
        return entry

    def record(self, user_id: str, pair: Pair = USD_MXN) -> SummaryRecord:
        return self.summaries.load(pair, [user_id])[user_id]
