"""Offer a user the newest quote of a pair, to trade at for some seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from divisa.domain.errors import NotFound, Refused, Unavailable
from divisa.domain.gate import market_is_open
from divisa.domain.offer import Offer, offered

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote
    from divisa.ports import Clock, Markets


class OfferIds(Protocol):
    """Offers as text that a user brings back."""

    def issue(self, offer: Offer) -> str:
        """The id of an offer."""

    def read(self, quote_id: str, user_id: str) -> Offer:
        """The offer of an id that was issued to this user.

        Raises:
            Refused: `quote_unknown`, it was not, or is no id at all.
        """


@dataclass(frozen=True, slots=True)
class OfferedQuote:
    """A quote that may be traded at.

    Attributes:
        quote: the newest good one.
        quote_id: brings it back.
        valid_until: when its id expires, by the wall's clock, UTC.
        tradable: whether a trade can be made now: the market is open and the quote is fresh.
    """

    quote: Quote
    quote_id: str
    valid_until: datetime
    tradable: bool


def require_tradable(quote: Quote, clock: Clock, max_age: timedelta) -> None:
    """See that a trade can be made at a quote now.

    Raises:
        Refused: `market_closed`, or `price_stale`: the quote is older than `max_age`.
    """
    if not market_is_open(clock.now()):
        raise Refused("market_closed", "the currency market is closed")
    if clock.age(quote.event_time) > max_age:
        raise Refused("price_stale", "there is no fresh price to trade at")


@dataclass(frozen=True, slots=True)
class OfferQuote:
    """Offers quotes.

    Attributes:
        clock: of the stage, by which a quote has its age and the market its hours.
        wall: the time of day, by which an offer expires.
        validity: how long a quote id is good, by the wall.
        max_age: an older quote is stale, in time as people wait for it.
    """

    pairs: frozenset[Pair]
    markets: Markets
    ids: OfferIds
    clock: Clock
    wall: Clock
    validity: timedelta
    max_age: timedelta

    def __call__(self, user_id: str, pair: Pair) -> OfferedQuote:
        """The newest good quote of a pair, offered to a user.

        Raises:
            NotFound: the pair is not served here.
            Unavailable: there is no quote of the pair yet, or the table does not answer.
        """
        if pair not in self.pairs:
            raise NotFound(f"{pair} is not served here")
        quote = self.markets.load(pair).quote
        if quote is None:
            raise Unavailable(f"there is no quote of {pair} yet")
        offer = offered(quote, user_id, self.wall.now())
        return OfferedQuote(quote, self.ids.issue(offer), offer.issued_at + self.validity, self._is_tradable(quote))

    def _is_tradable(self, quote: Quote) -> bool:
        try:
            require_tradable(quote, self.clock, self.max_age)
        except Refused:
            return False
        return True
