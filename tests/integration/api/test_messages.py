"""A transaction over the API changes at which price its user is told what, all the way to the mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import log
from typing import TYPE_CHECKING

import pytest

from divisa.domain.evaluation import Decision, Watch
from local import inbox
from tests.builders import USD_MXN, a_recipient, a_summary
from tests.integration.api.books import PAIR
from tests.integration.api.floor import insistently
from tests.integration.end_to_end.deployed import eventually

if TYPE_CHECKING:
    from divisa.domain.recipient import Recipient
    from local.inbox import InboxMessage
    from tests.integration.api.books import Trader
    from tests.integration.api.floor import Floor

pytestmark = pytest.mark.integration

USUAL = Decimal("17.00")
COST, HELD, BOUGHT = 16.60, 500, 400
ABOVE_COST = 1.03
"""The rule model says sell from here on."""
BETWEEN = Decimal("17.18")
"""Above the edge before the purchase, below the one after it."""
ABOVE = Decimal("17.33")
"""Above both, and no outlier among prices of 17."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the floor who is watched and may be told by email, else by SMS."""

    floor: Floor
    trader: Trader
    contact: Recipient

    @property
    def watch(self) -> Watch:
        return self.floor.stores.watches.get_many(USD_MXN, [self.trader.user_id])[self.trader.user_id]

    @property
    def messages(self) -> list[InboxMessage]:
        """What came, in any channel."""
        to = {self.contact.phone, self.contact.email}
        return [each for each in inbox.read(self.floor.running.addresses) if each.to in to]

    @property
    def channels(self) -> list[str]:
        return [message.channel.value for message in self.messages]

    def is_watched_up_to(self, price: float) -> bool:
        """Whether to hold is what they are told up to a price, within a thousandth: the model's bins are as wide."""
        watch = self.watch
        return watch.decision is Decision.HOLD and watch.band.upper == pytest.approx(log(price), abs=0.001)


def somebody(floor: Floor, name: str, phone: str) -> Person:
    """A person whose dollars cost less than they do now, by less than what makes them sell."""
    trader = floor.trader(name, base=f"{HELD}.00", quote="40000.00")
    contact = a_recipient(trader.user_id, phone=phone, email=f"{name}-of-the-floor@example.com")
    summary = a_summary(cost=COST, last_buy=log(COST), usual_buy=log(COST), size=100.0, position=float(HELD))
    floor.stores.recipients.put_many([contact])
    floor.stores.summaries.put_many(USD_MXN, {trader.user_id: summary})
    floor.stores.watches.put_many([Watch(trader.user_id, USD_MXN)])
    return Person(floor, trader, contact)


def test_a_purchase_moves_the_price_at_which_its_user_is_told_to_sell(floor: Floor) -> None:
    told, other = somebody(floor, "told", "+525544440001"), somebody(floor, "other", "+525544440002")
    client = told.trader.client
    try:
        floor.move_price(USUAL)
        both = (told, other)
        eventually(lambda: all(each.is_watched_up_to(COST * ABOVE_COST) for each in both), "both are watched")
        watched = told.watch

        quote = insistently(lambda: client.get_quote(PAIR))
        receipt = insistently(
            lambda: client.create_transaction(
                "to-be-told", quote_id=quote.quote_id, side="BUY", quantity=Decimal(BOUGHT), max_slippage=Decimal(0)
            )
        )
        assert receipt.transaction.price == quote.ask == Decimal("17.0005")
        cost = (HELD * COST + BOUGHT * float(quote.ask)) / (HELD + BOUGHT)
        assert log(COST * ABOVE_COST) < log(BETWEEN) < log(cost * ABOVE_COST) < log(ABOVE)
        eventually(lambda: told.is_watched_up_to(cost * ABOVE_COST), "the watch follows the purchase")
        assert told.watch.generation > watched.generation
        assert told.trader.audit([receipt.transaction]) == [receipt.transaction]

        floor.move_price(BETWEEN)
        eventually(lambda: other.channels == ["email"], "who bought nothing is told")
        assert told.messages == []
        assert told.watch.band.holds(log(BETWEEN))

        floor.move_price(ABOVE)
        eventually(lambda: told.channels == ["email"], "who bought is told later")
        [email] = told.messages
        assert "vender 170.00 USD a 17.3295 MXN" in email.text  # a quarter of the way from 100 to what was bought
        [sent] = floor.stores.suggestions.of_user(told.trader.user_id)
        assert sent.suppressed is None
        [listed] = insistently(client.list_suggestions).items
        assert (listed.suggestion_id, listed.pair, listed.status) == (sent.suggestion_id, PAIR, "open")
        assert (listed.side, listed.amount, listed.price) == ("SELL", Decimal("170.00"), ABOVE - Decimal("0.0005"))
        [earlier] = floor.stores.suggestions.of_user(other.trader.user_id)
        assert earlier.price == BETWEEN - Decimal("0.0005")
        assert other.channels == ["email"]
    finally:
        floor.move_price(USUAL)
