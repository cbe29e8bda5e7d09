"""An offer: a quote as it was shown to one user, by whose price their transaction is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.errors import Refused
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from decimal import Decimal

    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote


@dataclass(frozen=True, slots=True)
class Offer:
    """What a user was shown.

    Attributes:
        user_id: to whom it was given; nobody else can use it.
        pair: of what.
        bid: what the user was told that they can sell at, in quote currency.
        ask: what the user was told that they can buy at, in quote currency.
        quote_time: event time of the quote, UTC.
        quote_sequence: its sequence.
        issued_at: when it was given out by the wall's clock, UTC, whatever time a replay is at.
    """

    user_id: str
    pair: Pair
    bid: Decimal
    ask: Decimal
    quote_time: datetime
    quote_sequence: int
    issued_at: datetime

    def is_expired(self, at: datetime, validity: timedelta) -> bool:
        """Whether it was given out too long before a moment of the wall's clock."""
        return at > self.issued_at + validity


def offered(quote: Quote, user_id: str, issued_at: datetime) -> Offer:
    """The offer of a quote to a user."""
    return Offer(user_id, quote.pair, quote.bid, quote.ask, quote.event_time, quote.sequence, issued_at)


def price_of(priced: Quote | Offer, side: Side) -> Decimal:
    """What one unit of base costs (BUY: the ask) or brings (SELL: the bid), in quote currency."""
    return priced.ask if side is Side.BUY else priced.bid


def execution_price(offer: Offer, quote: Quote, side: Side, max_slippage: Decimal) -> Decimal:
    """The newest quote's price, unless it is worse for the user than the offer's by more than they accept.

    Args:
        offer: what the user was shown.
        quote: the newest quote of the same pair.
        side: BUY or SELL.
        max_slippage: the share of the offer's price by which the price may be worse, 0 or more; better is always fine.

    Raises:
        Refused: `price_moved`.
    """
    price, shown = price_of(quote, side), price_of(offer, side)
    worse = price - shown if side is Side.BUY else shown - price
    if worse > shown * max_slippage:
        raise Refused("price_moved", "the price has become worse by more than max_slippage; ask for a new quote")
    return price
