from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from divisa.domain.email import email_text
from divisa.domain.errors import (
    DeliveryUncertain,
    NotifierUnavailable,
    StoreUnavailable,
)
from divisa.domain.links import suggestion_link
from divisa.domain.message import sms_text
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.suggestion import Delivery, DeliveryStatus
from divisa.ports import Announcement
from divisa.services.deliver import LEASE
from tests.builders import APP_URL, EMAIL, LINKS, PHONE, WEDNESDAY, a_recipient
from tests.unit.services.post import INSTANT, SUGGESTION, Post, SilentRecipients


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


def test_while_another_sender_is_at_it_nothing_is_sent() -> None:
    post = Post(a_recipient())
    post.deliveries.claim(SUGGESTION.suggestion_id, Channel.SMS, WEDNESDAY)
    post.clock.advance(LEASE)
    with pytest.raises(NotifierUnavailable):
        post.send_sms()
    assert post.only_delivery().status is DeliveryStatus.SENDING
    assert post.gateway.sent == []


def test_a_sender_that_died_leaves_an_uncertain_delivery_that_is_reported_and_never_sent_again() -> None:
    post = Post(a_recipient())
    post.deliveries.claim(SUGGESTION.suggestion_id, Channel.SMS, WEDNESDAY)
    post.clock.advance(LEASE + INSTANT)
    assert [post.send_sms(), post.send_sms()] == [DeliveryStatus.UNCERTAIN] * 2
    assert post.only_delivery() == Delivery(
        SUGGESTION.suggestion_id, Channel.SMS, DeliveryStatus.UNCERTAIN, post.clock.now()
    )
    assert post.gateway.sent == []


def test_an_error_that_nobody_foresaw_after_the_claim_ends_as_uncertain_and_stays_so() -> None:
    post = Post(a_recipient())
    post.gateway.mood = RuntimeError("a mistake of ours")
    with pytest.raises(RuntimeError):
        post.send_sms()
    assert post.only_delivery().status is DeliveryStatus.SENDING
    post.clock.advance(LEASE + INSTANT)
    assert [post.send_sms(), post.send_sms()] == [DeliveryStatus.UNCERTAIN] * 2
    assert post.messages() == 0
