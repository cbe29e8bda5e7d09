"""A portfolio: what one user holds of one pair, at what cost, and what was earned on it. Money is exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidInput, Refused
from divisa.domain.pair import round_money
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.pair import Pair
    from divisa.domain.transaction import Transaction

ZERO = Decimal(0)
DIGITS: Final = 64
"""Digits that products and quotients are computed with before they are rounded: so many that rounding half-even to
the minor unit is exact for balances and prices of 18 digits."""
INSUFFICIENT_FUNDS: Final = "insufficient_funds"


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
        sequence: number of the newest ledger entry that is in it; 0 for an opening balance.
        traded_at: when that entry was made, UTC; None for an opening balance.
    """

    user_id: str
    pair: Pair
    base_balance: Decimal = ZERO
    quote_balance: Decimal = ZERO
    base_cost: Decimal = ZERO
    realised_pnl: Decimal = ZERO
    sequence: int = 0
    traded_at: datetime | None = None

    @property
    def average_cost(self) -> Decimal | None:
        """Weighted average cost of one unit of the base held; None when nothing is held."""
        return self.base_cost / self.base_balance if self.base_balance > 0 else None

    def value(self, bid: Decimal) -> Decimal:
        """What selling everything at `bid` would bring, quote currency, rounded half-even to its minor unit."""
        return amount_of(self.base_balance, bid, self.pair.quote)

    def unrealised_pnl(self, bid: Decimal) -> Decimal:
        """What selling everything at `bid` would earn on top of what it cost, quote currency."""
        return self.value(bid) - self.base_cost


def amount_of(quantity: Decimal, price: Decimal, currency: str) -> Decimal:
    """What a quantity of base currency costs or brings at a price, rounded half-even to the currency's minor unit.

    >>> amount_of(Decimal("0.50"), Decimal("17.05"), "MXN")
    Decimal('8.52')
    """
    with localcontext(prec=DIGITS):
        return round_money(quantity * price, currency)


def apply(portfolio: Portfolio, transaction: Transaction) -> Portfolio:
    """The portfolio after one transaction, which becomes the next entry of its ledger.

    Amounts of quote currency are rounded half-even to its minor unit. A sell takes its share of the cost along,
    rounded alike, so that realised PnL = proceeds − cost of what was sold; selling everything leaves no cost behind.

    Raises:
        Refused: `insufficient_funds`, the balance does not cover the transaction.
        InvalidInput: the transaction is of another portfolio or older than its newest one, its quantity or price is
            not positive, its quantity has a part of a minor unit, or it is too small to be worth a minor unit.
    """
    pair, quantity = transaction.pair, transaction.quantity
    if (transaction.user_id, pair) != (portfolio.user_id, portfolio.pair):
        raise InvalidInput("a transaction changes the portfolio of its own user and pair")
    if portfolio.traded_at is not None and transaction.event_time < portfolio.traded_at:
        raise InvalidInput("a transaction comes after those that are in the portfolio")
    if quantity <= 0 or transaction.price <= 0:
        raise InvalidInput("a transaction has a positive quantity and a positive price")
    if quantity != amount_of(quantity, Decimal(1), pair.base):
        raise InvalidInput("the quantity has a part of a minor unit")
    amount = amount_of(quantity, transaction.price, pair.quote)
    if amount == 0:
        raise InvalidInput("the quantity is worth less than a minor unit")
    after = replace(portfolio, sequence=portfolio.sequence + 1, traded_at=transaction.event_time)
    if transaction.side is Side.BUY:
        if amount > portfolio.quote_balance:
            raise Refused(INSUFFICIENT_FUNDS, "the quote balance does not cover this buy")
        return replace(
            after,
            base_balance=portfolio.base_balance + quantity,
            quote_balance=portfolio.quote_balance - amount,
            base_cost=portfolio.base_cost + amount,
        )
    if quantity > portfolio.base_balance:
        raise Refused(INSUFFICIENT_FUNDS, "the base balance does not cover this sell")
    with localcontext(prec=DIGITS):
        cost = round_money(portfolio.base_cost * quantity / portfolio.base_balance, pair.quote)
    return replace(
        after,
        base_balance=portfolio.base_balance - quantity,
        quote_balance=portfolio.quote_balance + amount,
        base_cost=portfolio.base_cost - cost,
        realised_pnl=portfolio.realised_pnl + amount - cost,
    )
