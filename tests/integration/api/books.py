"""The books of a user, kept a second time by hand: what the ledger says must be what the portfolio holds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from client import Client
    from client.values import Position, Transaction

CENT = Decimal("0.01")
PAIR = "USD/MXN"


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody holds of USD/MXN, and what it cost."""

    base: Decimal
    quote: Decimal
    cost: Decimal
    pnl: Decimal = Decimal(0)

    @classmethod
    def of(cls, position: Position) -> Account:
        return cls(position.base_balance, position.quote_balance, position.base_cost, position.realised_pnl)

    def after(self, entry: Transaction) -> Account:
        """The account after an entry of the ledger, which must have been covered, and whose sums must be right."""
        amount = cents(entry.quantity * entry.price)
        assert entry.amount == amount
        if entry.side == "BUY":
            assert entry.realised_pnl is None
            assert amount <= self.quote
            return Account(self.base + entry.quantity, self.quote - amount, self.cost + amount, self.pnl)
        assert entry.quantity <= self.base
        cost = cents(self.cost * entry.quantity / self.base)
        assert entry.realised_pnl == amount - cost
        return Account(self.base - entry.quantity, self.quote + amount, self.cost - cost, self.pnl + amount - cost)


@dataclass(frozen=True, slots=True)
class Trader:
    """Somebody who is signed in and holds something."""

    client: Client
    user_id: str
    opening: Account

    def position(self) -> Position:
        [found] = [each for each in self.client.get_portfolio().positions if each.pair == PAIR]
        return found

    def ledger(self) -> list[Transaction]:
        """All entries of USD/MXN, the first first."""
        return list(self.client.every_transaction(pair=PAIR, limit=100))[::-1]

    def audit(self, made: Iterable[Transaction] = ()) -> Sequence[Transaction]:
        """Hold the ledger against the portfolio, and against what this user was told; returns the ledger.

        Args:
            made: every transaction that the user was told of.
        """
        before, entries, position = Account.of(self.position()), self.ledger(), self.position()
        assert Account.of(position) == before, "it changed while the books were read"
        assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
        assert [entry.executed_at for entry in entries] == sorted(entry.executed_at for entry in entries)
        assert len({entry.transaction_id for entry in entries}) == len(entries)
        told = {entry.transaction_id: entry for entry in made}
        assert {entry.transaction_id: entry for entry in entries} == told
        account = self.opening
        for entry in entries:
            account = account.after(entry)
        assert account == Account.of(position)
        assert min(account.base, account.quote, account.cost) >= 0
        proceeds = sum((entry.amount for entry in entries if entry.side == "SELL"), Decimal(0))
        paid = sum((entry.amount for entry in entries if entry.side == "BUY"), Decimal(0))
        assert account.pnl == proceeds - (self.opening.cost + paid - account.cost)
        return entries
