"""What a user holds, and what it is worth at the newest good prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.portfolio import Portfolio

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote
    from divisa.ports import Clock, Ledger, Markets


@dataclass(frozen=True, slots=True)
class Position:
    """One portfolio beside the newest good quote of its pair, or None before the first."""

    portfolio: Portfolio
    quote: Quote | None

    @property
    def value(self) -> Decimal | None:
        """What selling the base held at the bid would bring, quote currency; None without a quote."""
        return None if self.quote is None else self.portfolio.value(self.quote.bid)

    @property
    def unrealised_pnl(self) -> Decimal | None:
        """What selling it would earn on top of what it cost, quote currency; None without a quote."""
        return None if self.quote is None else self.portfolio.unrealised_pnl(self.quote.bid)


@dataclass(frozen=True, slots=True)
class Valuation:
    """Everything that a user holds.

    Attributes:
        as_of: when it was looked at, by the stage's clock, UTC.
        positions: by pair.
    """

    as_of: datetime
    positions: Sequence[Position]


@dataclass(frozen=True, slots=True)
class ValuePortfolio:
    """Values portfolios."""

    pairs: frozenset[Pair]
    ledger: Ledger
    markets: Markets
    clock: Clock

    def __call__(self, user_id: str) -> Valuation:
        """Every served pair, with zeros where the user holds nothing, and what is left of pairs that were served.

        Raises:
            StoreUnavailable: a table does not answer.
        """
        held = {portfolio.pair: portfolio for portfolio in self.ledger.portfolios(user_id)}
        empty = {pair: Portfolio(user_id, pair) for pair in self.pairs}
        portfolios = sorted((empty | held).items())
        positions = [Position(portfolio, self.markets.load(pair).quote) for pair, portfolio in portfolios]
        return Valuation(self.clock.now(), positions)
