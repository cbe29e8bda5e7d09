"""Text messages: what a month may cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from divisa.adapters.memory.sms_budget import MemorySmsBudget
from divisa.domain.errors import (
    DeliveryUncertain,
    InvalidContact,
    NotifierUnavailable,
    StoreUnavailable,
)
from divisa.domain.recipient import Channel
from divisa.domain.sms_budget import Rate
from divisa.domain.suggestion import DeliveryStatus
from divisa.ports import Announcement
from divisa.services.deliver import by_sms
from tests.builders import APP_URL, WEDNESDAY, a_recipient, a_suggestion
from tests.unit.services.post import SUGGESTION, TARIFF, Crash, Post


def test_what_the_month_has_no_money_for_is_not_sent_and_passes_on() -> None:
    post = Post(a_recipient(), tariff={"MX": Rate(Decimal("0.04"), Decimal("0.10"))})
    backwards = [a_suggestion(suggestion_id=f"s-{n}", channels=(Channel.SMS, Channel.EMAIL)) for n in range(3)]
    for suggestion in backwards:
        post.carry(suggestion)
    assert (len(post.gateway.sent), len(post.mail.sent)) == (2, 1)
    assert [each.status for each in post.deliveries.all() if each.suggestion_id == "s-2"] == [
        DeliveryStatus.NO_BUDGET,
        DeliveryStatus.SENT,
    ]
    post.clock.set(WEDNESDAY.replace(month=2))
    later = a_suggestion(suggestion_id="s-3", channels=(Channel.SMS,), expires_at=WEDNESDAY.replace(month=3))
    post.carry(later)
    assert len(post.gateway.sent) == 3


@pytest.mark.parametrize("phone", ["+15551234567", "+4915112345678"])
def test_no_message_goes_to_a_country_without_a_price(phone: str) -> None:
    post = Post(a_recipient(phone=phone))
    assert post.send_sms() is DeliveryStatus.NO_BUDGET
    assert post.gateway.sent == []


ONE = {"MX": Rate(Decimal("0.04"), Decimal("0.04"))}


@pytest.mark.parametrize("refusal", [InvalidContact("no such number"), NotifierUnavailable("throttled")])
def test_what_was_surely_not_sent_costs_nothing(refusal: Exception) -> None:
    post = Post(a_recipient(), tariff=ONE)
    post.gateway.mood = refusal
    post.carry(a_suggestion(suggestion_id="refused", channels=(Channel.SMS,)))
    post.carry(a_suggestion(suggestion_id="next", channels=(Channel.SMS,)))
    assert len(post.gateway.sent) == 1


@pytest.mark.parametrize("failure", [DeliveryUncertain("broke off"), Crash()])
def test_what_may_have_been_sent_is_paid_for(failure: BaseException) -> None:
    post = Post(a_recipient(), tariff=ONE)
    post.gateway.mood = failure
    post.carry(a_suggestion(suggestion_id="unsure", channels=(Channel.SMS,)))
    post.carry(a_suggestion(suggestion_id="next", channels=(Channel.SMS,)))
    assert [each.status.value for each in post.deliveries.all()] == ["uncertain", "no_budget"]
    assert post.gateway.sent == []


class BrokenBudget(MemorySmsBudget):
    """A table that does not answer: ever, or when something is given back."""

    def __init__(self, *, takes: bool) -> None:
        super().__init__(TARIFF)
        self._takes = takes

    def take(self, country: str, month: str, price: Decimal) -> bool:
        if not self._takes:
            raise StoreUnavailable("no answer")
        return super().take(country, month, price)

    def give_back(self, country: str, month: str, price: Decimal) -> None:
        raise StoreUnavailable("no answer")


def test_a_budget_that_does_not_answer_leaves_the_delivery_to_the_next_attempt() -> None:
    post = Post(a_recipient())
    send = by_sms(post.gateway, BrokenBudget(takes=False), TARIFF, post.clock, APP_URL)
    with pytest.raises(StoreUnavailable):
        replace(post.sms, send=send)(Announcement(SUGGESTION, Channel.SMS))
    assert post.send_sms() is DeliveryStatus.SENT


def test_what_cannot_be_given_back_changes_nothing_about_the_delivery() -> None:
    post = Post(a_recipient())
    post.gateway.mood = InvalidContact("no such number")
    send = by_sms(post.gateway, BrokenBudget(takes=True), TARIFF, post.clock, APP_URL)
    assert replace(post.sms, send=send)(Announcement(SUGGESTION, Channel.SMS)) is DeliveryStatus.INVALID_CONTACT
