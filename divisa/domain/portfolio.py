"""A portfolio: what one user holds of one pair, at what cost, and what was earned on it. Money is exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from divisa.domain.errors import InvalidInput
from divisa.domain.pair import round_money
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from divisa.domain.pair import Pair
    from divisa.domain.transaction import Transaction

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """One user's balances in one pair.

    Attributes:
        user_id: whose it is.
        pair: which currencies.
        base_balance: base currency held, never negative.
        quote_balance: quote currency held, never negative.
        base_cost: what the base held was bought for, quote currency; `average_cost` is this over the balance.
        realised_pnl: gains less losses of all sells so far, quote currency.
    """

    user_id: str
    pair: Pair
    base_balance: Decimal = ZERO
    quote_balance: Decimal = ZERO
    base_cost: Decimal = ZERO
    realised_pnl: Decimal = ZERO

    @property
    def average_cost(self) -> Decimal | None:
        """Weighted average cost of one unit of the base held; None when nothing is held."""
        return self.base_cost / self.base_balance if self.base_balance > 0 else None

    def unrealised_pnl(self, bid: Decimal) -> Decimal:
        """What selling everything at `bid` would earn on top of what it cost, quote currency."""
        return round_money(self.base_balance * bid - self.base_cost, self.pair.quote)


def apply(portfolio: Portfolio, transaction: Transaction) -> Portfolio:
    """The portfolio after one transaction.

    Amounts of quote currency are rounded half-even to its minor unit. A sell takes its share of the cost along, so
    that realised PnL = proceeds − cost of what was sold, and selling everything leaves no cost behind.

    Raises:
        InvalidInput: the balance does not cover the transaction, or its quantity or price is not positive.
    """
    if transaction.quantity <= 0 or transaction.price <= 0:
        raise InvalidInput("a transaction has a positive quantity and a positive price")
    quote = transaction.pair.quote
    amount = round_money(transaction.quantity * transaction.price, quote)
    if transaction.side is Side.BUY:
        if amount > portfolio.quote_balance:
            raise InvalidInput("the quote balance does not cover this buy")
        return replace(
            portfolio,
            base_balance=portfolio.base_balance + transaction.quantity,
            quote_balance=portfolio.quote_balance - amount,
            base_cost=portfolio.base_cost + amount,
        )
    if transaction.quantity > portfolio.base_balance:
        raise InvalidInput("the base balance does not cover this sell")
    cost = round_money(portfolio.base_cost * transaction.quantity / portfolio.base_balance, quote)
    return replace(
        portfolio,
        base_balance=portfolio.base_balance - transaction.quantity,
        quote_balance=portfolio.quote_balance + amount,
        base_cost=portfolio.base_cost - cost,
        realised_pnl=portfolio.realised_pnl + amount - cost,
    )
