"""A world to trade in: one market, one user with an opening balance, everything in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.wire.offer import SignedOfferIds
from divisa.domain.gate import GateState
from divisa.domain.market import fold
from divisa.domain.transaction import Side
from divisa.ports import LedgerFilter, MarketRecord
from divisa.services.offer_quote import OfferQuote
from divisa.services.trade import Order, Receipt, Trade
from divisa.services.value_portfolio import ValuePortfolio
from tests.builders import USD_MXN, WEDNESDAY, a_portfolio, a_quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio
    from divisa.ports import Ledger, Markets

VALIDITY = timedelta(seconds=15)
MAX_AGE = timedelta(seconds=60)
OPENING = a_portfolio()
"""500 dollars that cost 17.00 each, and 20,000 pesos."""


def tries(number: int = 5) -> Any:
    """Retries without waiting."""
    return lambda: iter(range(number))


@dataclass
class TradingWorld:
    """Ana, who holds `OPENING`, and what she sees and does."""

    portfolios: MemoryPortfolios = field(default_factory=MemoryPortfolios)
    markets: Markets = field(default_factory=MemoryMarkets)
    clock: ManualClock = field(default_factory=lambda: ManualClock(WEDNESDAY))
    wall: ManualClock = field(default_factory=lambda: ManualClock(WEDNESDAY))
    ids: SignedOfferIds = field(default_factory=lambda: SignedOfferIds(lambda: b"secret"))
    pairs: frozenset[Pair] = frozenset({USD_MXN})

    def __post_init__(self) -> None:
        self.ledger: Ledger = MemoryLedger(self.portfolios)
        self.portfolios.put_many([OPENING])
        self.quote("17.05")

    @property
    def trade(self) -> Trade:
        return Trade(self.ledger, self.markets, self.ids, self.clock, self.wall, VALIDITY, MAX_AGE, tries())

    @property
    def offer(self) -> OfferQuote:
        return OfferQuote(self.pairs, self.markets, self.ids, self.clock, self.wall, VALIDITY, MAX_AGE)

    @property
    def value(self) -> ValuePortfolio:
        return ValuePortfolio(self.pairs, self.ledger, self.markets, self.clock)

    def quote(self, mid: str, **changes: Any) -> None:
        """A new price of the pair, as of the clock."""
        record = self.markets.load(USD_MXN)
        newest = a_quote(mid, at=self.clock.now(), sequence=record.version + 1, **changes)
        market = fold(record.market, newest)
        self.markets.save(MarketRecord(USD_MXN, GateState(), market, newest, version=record.version))

    def quote_id(self, user_id: str = "ana") -> str:
        """What the user sees now."""
        return self.offer(user_id, USD_MXN).quote_id

    def order(self, key: str = "k", side: Side = Side.BUY, quantity: str = "100.00", **changes: Any) -> Order:
        """An order at what Ana sees now."""
        plain = Order(key, changes.get("quote_id") or self.quote_id(), side, Decimal(quantity), Decimal(0))
        return replace(plain, **changes)

    def buy(self, key: str = "k", quantity: str = "100.00", **changes: Any) -> Receipt:
        return self.trade("ana", self.order(key, Side.BUY, quantity, **changes))

    def sell(self, key: str = "k", quantity: str = "100.00", **changes: Any) -> Receipt:
        return self.trade("ana", self.order(key, Side.SELL, quantity, **changes))

    @property
    def held(self) -> Portfolio:
        """What Ana holds."""
        found = self.ledger.portfolio("ana", USD_MXN)
        assert found is not None
        return found

    @property
    def entries(self) -> Sequence[LedgerEntry]:
        """Ana's ledger, newest first."""
        return self.ledger.page("ana", LedgerFilter(), limit=1000).entries
