from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from divisa.adapters.memory.sms_budget import MemorySmsBudget
from divisa.domain.email import email_text
from divisa.domain.errors import (
    ConcurrentUpdate,
    DeliveryUncertain,
    NotifierUnavailable,
    StoreUnavailable,
)
from divisa.domain.links import suggestion_link
from divisa.domain.message import sms_text
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.sms_budget import Rate
from divisa.domain.suggestion import Delivery, DeliveryStatus
from divisa.ports import Announcement
from divisa.services.deliver import LEASE, by_sms
from tests.builders import APP_URL, EMAIL, LINKS, PHONE, WEDNESDAY, a_recipient
from tests.unit.services.post import INSTANT, SUGGESTION, TARIFF, Crash, LaggingRecipients, Post, SilentRecipients


def test_a_suggestion_is_sent_by_sms_and_written_down() -> None:
    post = Post(a_recipient())
    assert post.send_sms() is DeliveryStatus.SENT
    [message] = post.gateway.sent
    assert (message.phone, message.text) == (
        PHONE,
        sms_text(SUGGESTION, suggestion_link(APP_URL, SUGGESTION.suggestion_id)),
    )
    assert post.only_delivery() == Delivery(
        SUGGESTION.suggestion_id, Channel.SMS, DeliveryStatus.SENT, WEDNESDAY, message.message_id
    )


def test_an_address_that_bounced_gets_no_email_and_a_new_one_does() -> None:
    post = Post(a_recipient(unusable_email=EMAIL))
    assert post.email(Announcement(SUGGESTION, Channel.EMAIL)) is DeliveryStatus.INVALID_CONTACT
    assert post.mail.sent == []

    post = Post(a_recipient(unusable_email="old@example.com"))
    assert post.email(Announcement(SUGGESTION, Channel.EMAIL)) is DeliveryStatus.SENT


def test_a_suggestion_is_sent_by_email_as_well() -> None:
    post = Post(a_recipient())
    post.send_sms()
    assert post.email(Announcement(SUGGESTION, Channel.EMAIL)) is DeliveryStatus.SENT
    [message] = post.mail.sent
    assert (message.address, message.email) == (EMAIL, email_text(SUGGESTION, LINKS))
    assert len(list(post.deliveries.all())) == 2


def test_an_announcement_that_comes_again_sends_nothing_twice() -> None:
    post = Post(a_recipient())
    assert [post.send_sms() for _ in range(3)] == [DeliveryStatus.SENT] * 3
    assert len(post.gateway.sent) == 1


@pytest.mark.parametrize(
    ("recipient", "status"),
    [
        (a_recipient("somebody else"), DeliveryStatus.NO_CONSENT),
        (a_recipient(consent=frozenset([Channel.EMAIL])), DeliveryStatus.NO_CONSENT),
        (a_recipient(phone=None), DeliveryStatus.NO_CONTACT),
        (a_recipient(phone=""), DeliveryStatus.NO_CONTACT),
        (a_recipient(phone="55 1234 5678"), DeliveryStatus.INVALID_CONTACT),
    ],
)
def test_who_cannot_be_reached_any_more_gets_nothing_and_the_reason_is_written_down(
    recipient: Recipient, status: DeliveryStatus
) -> None:
    post = Post(recipient)
    assert [post.send_sms(), post.send_sms()] == [status, status]
    assert post.gateway.sent == []
    assert (post.only_delivery().status, post.only_delivery().message_id) == (status, None)


def test_who_withdrew_consent_a_moment_ago_is_told_nothing() -> None:
    post, lagging = Post(a_recipient()), LaggingRecipients(a_recipient())
    lagging.put_many([a_recipient(consent=frozenset())])
    assert replace(post.sms, recipients=lagging)(Announcement(SUGGESTION, Channel.SMS)) is DeliveryStatus.NO_CONSENT
    assert post.gateway.sent == []


def test_an_address_that_is_none_is_written_down_as_invalid() -> None:
    post = Post(a_recipient(email="ana"))
    assert post.email(Announcement(SUGGESTION, Channel.EMAIL)) is DeliveryStatus.INVALID_CONTACT


@pytest.mark.parametrize(("late", "status"), [(timedelta(0), DeliveryStatus.SENT), (INSTANT, DeliveryStatus.EXPIRED)])
def test_a_suggestion_is_sent_until_it_expires(late: timedelta, status: DeliveryStatus) -> None:
    post = Post(a_recipient())
    post.clock.set(SUGGESTION.expires_at + late)
    assert post.send_sms() is status
    assert len(post.gateway.sent) == (status is DeliveryStatus.SENT)


def test_a_gateway_that_took_nothing_leaves_the_delivery_to_the_next_attempt() -> None:
    post = Post(a_recipient())
    post.gateway.mood = NotifierUnavailable("throttled")
    with pytest.raises(NotifierUnavailable):
        post.send_sms()
    assert list(post.deliveries.all()) == []
    assert post.send_sms() is DeliveryStatus.SENT
    assert len(post.gateway.sent) == 1


def test_a_gateway_that_broke_off_may_have_sent_it_so_nothing_is_sent_again() -> None:
    post = Post(a_recipient())
    post.gateway.mood = DeliveryUncertain("the connection broke")
    assert [post.send_sms(), post.send_sms()] == [DeliveryStatus.UNCERTAIN] * 2
    assert post.gateway.sent == []


def test_a_table_that_does_not_answer_costs_no_message() -> None:
    post = Post(a_recipient())
    silent = replace(post.sms, recipients=SilentRecipients())
    with pytest.raises(StoreUnavailable):
        silent(Announcement(SUGGESTION, Channel.SMS))
    post.clock.advance(LEASE + INSTANT)
    assert post.send_sms() is DeliveryStatus.SENT


ANOTHERS = Delivery(SUGGESTION.suggestion_id, Channel.SMS, DeliveryStatus.CLAIMED, WEDNESDAY, attempt="another's")


@pytest.mark.parametrize("has_begun", [False, True])
def test_while_another_sender_is_at_it_nothing_is_sent(has_begun: bool) -> None:
    post = Post(a_recipient())
    post.deliveries.claim(ANOTHERS)
    post.clock.advance(LEASE)
    if has_begun:
        post.deliveries.begin(replace(ANOTHERS, at=post.clock.now()))
        post.clock.advance(LEASE)
    with pytest.raises(NotifierUnavailable):
        post.send_sms()
    assert post.only_delivery().attempt == ANOTHERS.attempt
    assert post.gateway.sent == []


def test_a_sender_that_died_before_it_began_to_send_costs_no_message() -> None:
    post = Post(a_recipient())
    post.deliveries.claim(ANOTHERS)
    post.clock.advance(LEASE + INSTANT)
    assert [post.send_sms(), post.send_sms()] == [DeliveryStatus.SENT] * 2
    assert len(post.gateway.sent) == 1


@pytest.mark.parametrize("place", ["recipients", "pacing", "budget"])
def test_who_is_killed_anywhere_before_the_gateway_is_asked_costs_no_message(place: str) -> None:
    post = Post(a_recipient())
    killed = {
        "recipients": replace(post.sms, recipients=Killing()),
        "pacing": replace(post.sms, pacing=Killing()),
        "budget": replace(post.sms, send=by_sms(post.gateway, Killing(), TARIFF, post.clock, APP_URL)),
    }[place]
    with pytest.raises(Crash):
        killed(Announcement(SUGGESTION, Channel.SMS))
    assert post.only_delivery().status is DeliveryStatus.CLAIMED
    post.clock.advance(LEASE + INSTANT)
    assert post.send_sms() is DeliveryStatus.SENT


class Killing:
    """Whatever is asked of it, the function is killed meanwhile."""

    def __getattr__(self, name: str) -> Any:
        raise Crash


def test_who_was_taken_for_dead_and_lives_sends_nothing_and_gives_its_money_back() -> None:
    post = Post(a_recipient(), tariff={"MX": Rate(Decimal("0.04"), Decimal("0.08"))})

    class Slow(MemorySmsBudget):
        def take(self, country: str, month: str, price: Decimal) -> bool:
            post.clock.advance(LEASE + INSTANT)
            assert post.send_sms() is DeliveryStatus.SENT
            return post.budget.take(country, month, price)

        def give_back(self, country: str, month: str, price: Decimal) -> None:
            post.budget.give_back(country, month, price)

    slow = replace(post.sms, send=by_sms(post.gateway, Slow(TARIFF), TARIFF, post.clock, APP_URL))
    with pytest.raises(ConcurrentUpdate):
        slow(Announcement(SUGGESTION, Channel.SMS))
    assert (len(post.gateway.sent), post.only_delivery().status) == (1, DeliveryStatus.SENT)
    assert post.budget.take("MX", "2024-01", Decimal("0.04"))


def test_a_table_that_does_not_take_the_beginning_leaves_the_delivery_to_the_next_attempt() -> None:
    post = Post(a_recipient())
    post.deliveries.beginning = StoreUnavailable("no answer")
    with pytest.raises(StoreUnavailable):
        post.send_sms()
    assert list(post.deliveries.all()) == []
    assert post.send_sms() is DeliveryStatus.SENT


def test_a_sender_that_died_while_sending_leaves_an_uncertain_delivery_that_is_reported_and_never_sent_again() -> None:
    post = Post(a_recipient())
    post.deliveries.claim(ANOTHERS)
    post.deliveries.begin(ANOTHERS)
    post.clock.advance(LEASE + INSTANT)
    assert [post.send_sms(), post.send_sms()] == [DeliveryStatus.UNCERTAIN] * 2
    assert post.only_delivery() == Delivery(
        SUGGESTION.suggestion_id, Channel.SMS, DeliveryStatus.UNCERTAIN, post.clock.now()
    )
    assert post.gateway.sent == []


def test_an_error_that_nobody_foresaw_while_sending_ends_as_uncertain_and_stays_so() -> None:
    post = Post(a_recipient())
    post.gateway.mood = RuntimeError("a mistake of ours")
    with pytest.raises(RuntimeError):
        post.send_sms()
    assert post.only_delivery().status is DeliveryStatus.SENDING
    post.clock.advance(LEASE + INSTANT)
    assert [post.send_sms(), post.send_sms()] == [DeliveryStatus.UNCERTAIN] * 2
    assert post.messages() == 0
