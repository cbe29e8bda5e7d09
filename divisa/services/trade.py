"""Buy or sell for a user, at the newest good price, once for each key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import ConcurrentUpdate, Refused, Unavailable
from divisa.domain.ledger import LedgerEntry, enter, fingerprint_of, transaction_id_of
from divisa.domain.market import view
from divisa.domain.offer import execution_price
from divisa.domain.portfolio import Portfolio
from divisa.domain.transaction import Side, Transaction
from divisa.services.offer_quote import require_tradable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from decimal import Decimal

    from divisa.domain.offer import Offer
    from divisa.ports import Clock, Ledger, Markets
    from divisa.services.offer_quote import OfferIds

TICK: Final = timedelta(microseconds=1)
"""The least time between two transactions of a portfolio: a replay's clock may stand still, but their order is kept."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a user asks for.

    Attributes:
        key: the user's own name for it, under which it is done once.
        quote_id: of the quote that the user saw.
        side: BUY or SELL.
        quantity: of base currency.
        max_slippage: the share of the seen price by which the price may be worse.
    """

    key: str
    quote_id: str
    side: Side
    quantity: Decimal
    max_slippage: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of an order.

    Attributes:
        entry: the ledger's entry.
        replayed: the order was done before, and nothing was done now.
    """

    entry: LedgerEntry
    replayed: bool


@dataclass(frozen=True, slots=True)
class Trade:
    """Makes transactions.

    The same order under the same key has the same answer, at whatever time and from however many callers at once: the
    entry's id is made of the user and the key, and the ledger takes an id once. A refusal is no entry, so the key of a
    refused order may be used again.

    Attributes:
        clock: of the stage, by which a quote has its age, the market its hours, and a transaction its time.
        wall: the time of day, by which an offer expires.
        validity: how long a quote id is good, by the wall.
        max_age: an older quote is stale, in time as people wait for it.
        tries: how often to try, with waits, while others change the same portfolio.
    """

    ledger: Ledger
    markets: Markets
    ids: OfferIds
    clock: Clock
    wall: Clock
    validity: timedelta
    max_age: timedelta
    tries: Callable[[], Iterator[int]]

    def __call__(self, user_id: str, order: Order) -> Receipt:
        """Do what the user asks for, or find that it was done.

        Raises:
            Refused: `key_reused`, `quote_unknown`, `quote_expired`, `market_closed`, `price_stale`, `price_moved`,
                `insufficient_funds` or `busy`.
            InvalidInput: the quantity is none of the currency, or worth nothing.
            Unavailable: a table did not answer: it was done or not, and asking again under the same key is safe.
        """
        transaction_id = transaction_id_of(user_id, order.key)
        fingerprint = fingerprint_of(order.quote_id, order.side, order.quantity, order.max_slippage)
        done = self._done(user_id, transaction_id, fingerprint)
        if done is not None:
            return done
        try:
            return self._do(user_id, order, transaction_id, fingerprint)
        except Refused:
            # What stands against it may be its own twin, which was faster and has spent the money or the time.
            done = self._done(user_id, transaction_id, fingerprint)
            if done is None:
                raise
            return done

    def _done(self, user_id: str, transaction_id: str, fingerprint: str) -> Receipt | None:
        entry = self.ledger.find(user_id, transaction_id)
        if entry is None:
            return None
        if entry.fingerprint != fingerprint:
            raise Refused("key_reused", "this Idempotency-Key was used for another request")
        return Receipt(entry, replayed=True)

    def _do(self, user_id: str, order: Order, transaction_id: str, fingerprint: str) -> Receipt:
        offer = self.ids.read(order.quote_id, user_id)
        if offer.is_expired(self.wall.now(), self.validity):
            raise Refused("quote_expired", "the quote_id is no longer valid; ask for a new quote")
        for _ in self.tries():
            entry, after = self._next(user_id, order, offer, transaction_id, fingerprint)
            try:
                if self.ledger.record(entry, after):
                    return Receipt(entry, replayed=False)
            except ConcurrentUpdate:
                continue
            break
        raise Refused("busy", "other transactions of this portfolio are being made; try again")

    def _next(
        self, user_id: str, order: Order, offer: Offer, transaction_id: str, fingerprint: str
    ) -> tuple[LedgerEntry, Portfolio]:
        """The entry as things stand now, and the portfolio with it."""
        record = self.markets.load(offer.pair)
        quote, market = record.quote, record.market
        if quote is None or market is None:
            raise Unavailable(f"there is no quote of {offer.pair}")
        require_tradable(quote, self.clock, self.max_age)
        price = execution_price(offer, quote, order.side, order.max_slippage)
        before = self.ledger.portfolio(user_id, offer.pair) or Portfolio(user_id, offer.pair)
        transaction = Transaction(
            user_id, offer.pair, order.side, order.quantity, price, _after(before.traded_at, self.clock.now())
        )
        return enter(
            before,
            transaction,
            transaction_id=transaction_id,
            quote=quote,
            market=view(market),
            fingerprint=fingerprint,
        )


def _after(newest: datetime | None, now: datetime) -> datetime:
    return now if newest is None else max(now, newest + TICK)
