"""The main job: a price goes in, the right people get a message, once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from divisa.domain.recipient import Channel, Language
from divisa.domain.suggestion import DeliveryStatus
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration


def test_a_quote_above_a_users_cost_becomes_one_message_and_nobody_else_hears_of_it(world: World) -> None:
    seller = world.person("seller", cost="16.00")
    buyer = world.person("buyer", cost="18.00", language=Language.EN)
    texter = world.person("texter", cost="16.00", consent=frozenset({Channel.SMS}))
    holder = world.person("holder", cost="16.80")

    world.publish(quote := world.quote("16.80"))
    world.cloud.settle()

    [sms] = world.messages(texter)
    assert sms.text.startswith("Divisa: sugerencia de VENDER 100.00 USD a 16.7990 MXN: 5.0% sobre tu costo medio.")
    [email] = world.messages(seller)
    assert email.subject == "Buen precio para vender USD: 16.7990 MXN"
    for part in ("100.00 USD", "16.7990 MXN", "5.0% sobre tu costo medio"):
        assert part in email.text
    [email] = world.messages(buyer)
    assert email.subject == "A good price to buy USD: 16.8010 MXN"
    assert world.messages(holder) == []

    # What is written down agrees with what arrived.
    sell, buy, _ = world.suggestions()
    assert (sell.user_id, sell.side, sell.amount, sell.price) == (
        seller.user_id,
        Side.SELL,
        Decimal("100.00"),
        Decimal("16.799"),
    )
    assert (buy.user_id, buy.side, buy.price) == (buyer.user_id, Side.BUY, Decimal("16.801"))
    assert (sell.quote_time, sell.quote_sequence) == (quote.event_time, quote.sequence)
    books = world.books()
    assert (books.suggestions, books.delivered, books.open) == (3, {"sms": 1, "email": 2}, [])
    assert not books.unsent + books.suppressed


def test_a_price_that_stays_high_is_told_once_and_one_that_rises_to_it_is_told_when_it_gets_there(world: World) -> None:
    user = world.person("user", cost="16.00")

    for mid in ("16.30", "16.40", "16.55", "16.60", "16.65"):
        world.publish(world.quote(mid))
        world.cloud.settle()

    assert world.channels(user) == ["email"]
    assert [each.price for each in world.suggestions()] == [Decimal("16.549")]


def test_who_cannot_or_may_not_be_told_has_a_reason_in_the_books_and_stops_nobody_else(world: World) -> None:
    before = world.person("a-before", cost="16.00")
    addressless = world.person("addressless", cost="16.00", email=None)
    invalid_email = world.person("invalid-email", cost="16.00", email="nobody at example")
    invalid = world.person("invalid", cost="16.00", email="nobody at example", phone="55 1234 5678")
    unwilling = world.person("unwilling", cost="16.00", consent=frozenset())
    unreachable = world.person("unreachable", cost="16.00", phone=None, consent=frozenset({Channel.SMS}))
    stranger = world.stranger("stranger", cost="16.00")
    after = world.person("z-after", cost="16.00")

    world.publish(world.quote("16.80"))
    world.cloud.settle()

    assert world.channels(before) == world.channels(after) == ["email"]
    assert world.channels(addressless) == world.channels(invalid_email) == ["sms"]
    assert world.messages(invalid) == world.messages(unwilling) == world.messages(unreachable) == []
    deliveries = world.deliveries()
    assert deliveries[invalid.user_id, "sms"].status is DeliveryStatus.INVALID_CONTACT
    assert deliveries[invalid_email.user_id, "email"].status is DeliveryStatus.INVALID_CONTACT
    assert {each.user_id: each.suppressed for each in world.suggestions() if each.suppressed} == {
        unwilling.user_id: "no_consent",
        unreachable.user_id: "no_contact",
        stranger: "no_consent",
    }
    books = world.books()
    assert books.suggestions == 5
    assert books.delivered == {"sms": 2, "email": 2}
    assert books.unsent == {"email: invalid_contact": 2, "sms: invalid_contact": 1}
    assert books.suppressed == {"no_consent": 2, "no_contact": 1}
    assert books.open == []
