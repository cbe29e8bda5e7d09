"""The ledger: every transaction that was made, each with its number, its price's quote and the market around it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from divisa.domain.portfolio import apply
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from divisa.domain.market import MarketView
    from divisa.domain.portfolio import Portfolio
    from divisa.domain.quote import Quote
    from divisa.domain.transaction import Transaction

ID_LENGTH: Final = 26
"""Hexadecimal digits of an entry's id: 104 bits, more than anybody can make collide."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One transaction as it stands in the ledger, for ever.

    Attributes:
        transaction_id: made from the user and the key of their request, so that one key makes one entry.
        transaction: who traded what, at which price, when.
        sequence: its number among the user's entries of the pair, from 1, without gaps.
        amount: what was paid (BUY) or received (SELL), quote currency, rounded half-even to its minor unit.
        realised_pnl: proceeds − cost of what was sold, quote currency; None for a BUY.
        market: the market in which it was made, so that a fold comes out the same whenever it is done.
        quote_time: event time of the quote that it was made at, UTC.
        quote_sequence: sequence of that quote.
        fingerprint: of the request that asked for it, by which the same request is told from another under its key.
    """

    transaction_id: str
    transaction: Transaction
    sequence: int
    amount: Decimal
    realised_pnl: Decimal | None
    market: MarketView[float]
    quote_time: datetime
    quote_sequence: int
    fingerprint: str


def transaction_id_of(user_id: str, key: str) -> str:
    """The id of the entry that a user's request with this idempotency key makes, 26 hexadecimal digits.

    >>> transaction_id_of("ana", "order-1") == transaction_id_of("ben", "order-1")
    False
    """
    return hashlib.sha256(f"{user_id}|{key}".encode()).hexdigest()[:ID_LENGTH]


def fingerprint_of(quote_id: str, side: Side, quantity: Decimal, max_slippage: Decimal) -> str:
    """What a request asks for, as 64 hexadecimal digits; numbers count by value, however they were written.

    >>> from decimal import Decimal
    >>> one, same = (fingerprint_of("q", Side.BUY, Decimal(text), Decimal(0)) for text in ("1.50", "1.5"))
    >>> one == same
    True
    """
    numbers = (f"{number.normalize():f}" for number in (quantity, max_slippage))
    return hashlib.sha256("|".join((quote_id, side, *numbers)).encode()).hexdigest()


def enter(
    before: Portfolio,
    transaction: Transaction,
    *,
    transaction_id: str,
    quote: Quote,
    market: MarketView[float],
    fingerprint: str,
) -> tuple[LedgerEntry, Portfolio]:
    """The entry of a transaction, and the portfolio after it.

    Args:
        before: the user's portfolio of the pair.
        transaction: at the quote's ask (BUY) or bid (SELL).
        transaction_id: see `transaction_id_of`.
        quote: what it was made at.
        market: the market with that quote folded in.
        fingerprint: see `fingerprint_of`.

    Raises:
        Refused: `insufficient_funds`, the balance does not cover it.
        InvalidInput: see `apply`.
    """
    after = apply(before, transaction)
    sold = transaction.side is Side.SELL
    entry = LedgerEntry(
        transaction_id=transaction_id,
        transaction=transaction,
        sequence=after.sequence,
        amount=abs(after.quote_balance - before.quote_balance),
        realised_pnl=after.realised_pnl - before.realised_pnl if sold else None,
        market=market,
        quote_time=quote.event_time,
        quote_sequence=quote.sequence,
        fingerprint=fingerprint,
    )
    return entry, after


def pseudonymised(entry: LedgerEntry, pseudonym: str) -> LedgerEntry:
    """The entry without the person: under a pseudonym, its id made anew, and matching no request any more."""
    return replace(
        entry,
        transaction_id=transaction_id_of(pseudonym, entry.transaction_id),
        transaction=replace(entry.transaction, user_id=pseudonym),
        fingerprint="",
    )
