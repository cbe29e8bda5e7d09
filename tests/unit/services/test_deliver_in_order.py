"""One suggestion makes one message: over the first channel that reaches somebody, whoever dies meanwhile."""

from __future__ import annotations

import pytest

from divisa.domain.errors import (
    ConcurrentUpdate,
    DeliveryUncertain,
    InvalidContact,
    NotifierUnavailable,
    StoreUnavailable,
)
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.suggestion import DeliveryStatus
from divisa.ports import Announcement
from divisa.services.deliver import LEASE
from tests.builders import a_recipient, a_suggestion
from tests.unit.services.post import (
    EVERYWHERE,
    INSTANT,
    SUGGESTION,
    WILLING,
    Crash,
    Post,
    SilentRecipients,
    a_device,
    raising,
)

FAILURES = [StoreUnavailable("no answer"), ConcurrentUpdate("another attempt's")]


def test_one_suggestion_makes_one_message_over_the_first_channel_that_reaches_somebody() -> None:
    post = Post(WILLING)
    post.devices.add(a_device())
    post.carry(EVERYWHERE)
    assert post.statuses() == {"push": "sent"}
    assert post.messages() == 1


@pytest.mark.parametrize(
    ("recipient", "statuses"),
    [
        (WILLING, {"push": "no_contact", "email": "sent"}),
        (a_recipient(), {"push": "no_consent", "email": "sent"}),
        (a_recipient(email=None), {"push": "no_consent", "email": "no_contact", "sms": "sent"}),
        (a_recipient(email="ana"), {"push": "no_consent", "email": "invalid_contact", "sms": "sent"}),
        (a_recipient(email="", phone="1"), {"push": "no_consent", "email": "no_contact", "sms": "invalid_contact"}),
        (a_recipient("eva"), {"push": "no_consent", "email": "no_consent", "sms": "no_consent"}),
    ],
)
def test_what_surely_reached_nobody_goes_on_to_the_next_channel(recipient: Recipient, statuses: dict[str, str]) -> None:
    post = Post(recipient)
    post.carry(EVERYWHERE)
    assert post.statuses() == statuses
    assert post.messages() == list(statuses.values()).count("sent")


def test_what_may_have_been_sent_goes_nowhere_else() -> None:
    post = Post(WILLING)
    post.devices.add(a_device())
    post.push.send = raising(DeliveryUncertain("the connection broke"))  # type: ignore[assignment, method-assign]
    post.carry(EVERYWHERE)
    assert (post.statuses(), post.messages()) == ({"push": "uncertain"}, 0)


def test_a_channel_that_takes_nothing_is_left_for_the_next_at_its_last_try_and_sends_no_more() -> None:
    post, backwards = Post(a_recipient()), a_suggestion(channels=(Channel.SMS, Channel.EMAIL))
    post.gateway.mood = NotifierUnavailable("throttled")
    assert post.sms(Announcement(backwards, Channel.SMS), is_last=True) is DeliveryStatus.UNAVAILABLE
    post.carry(backwards)
    assert (post.statuses(), post.messages()) == ({"sms": "unavailable", "email": "sent"}, 1)


def test_what_may_have_been_sent_at_the_last_try_goes_nowhere_else() -> None:
    post, backwards = Post(a_recipient()), a_suggestion(channels=(Channel.SMS, Channel.EMAIL))
    post.gateway.mood = DeliveryUncertain("broke off")
    assert post.sms(Announcement(backwards, Channel.SMS), is_last=True) is DeliveryStatus.UNCERTAIN
    assert post.topic.published == []


@pytest.mark.parametrize("failure", FAILURES)
def test_a_last_try_that_cannot_be_settled_tells_the_next_channel_only_once_this_one_never_sends(
    failure: Exception,
) -> None:
    for mood, told in ((NotifierUnavailable("throttled"), 1), (None, 0)):
        post, backwards = Post(a_recipient()), a_suggestion(channels=(Channel.SMS, Channel.EMAIL))
        post.gateway.mood, post.deliveries.before = mood, failure
        if mood is None:
            object.__setattr__(post.sms, "recipients", SilentRecipients())
        with pytest.raises(type(failure)):
            post.sms(Announcement(backwards, Channel.SMS), is_last=True)
        assert len(post.topic.published) == told


def test_what_has_expired_goes_nowhere_else() -> None:
    post = Post(a_recipient())
    post.clock.set(EVERYWHERE.expires_at + INSTANT)
    post.carry(EVERYWHERE)
    assert post.statuses() == {"push": "expired"}


def test_a_channel_that_the_suggestion_does_not_name_passes_nothing_on() -> None:
    post = Post()
    assert post.senders[Channel.PUSH](Announcement(SUGGESTION, Channel.PUSH)) is DeliveryStatus.NO_CONSENT
    assert post.topic.published == []


def test_who_dies_while_the_topic_is_slow_has_settled_already_and_the_next_attempt_tells_the_next_channel() -> None:
    post = Post(a_recipient(email="ana"))
    post.topic.before = Crash()
    with pytest.raises(Crash):
        post.email(Announcement(SUGGESTION, Channel.EMAIL))
    assert (post.only_delivery().status, post.topic.published) == (DeliveryStatus.INVALID_CONTACT, [])
    assert post.email(Announcement(SUGGESTION, Channel.EMAIL)) is DeliveryStatus.INVALID_CONTACT
    assert post.topic.published == [Announcement(SUGGESTION, Channel.SMS)]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_table_that_does_not_settle_what_the_gateway_refused_keeps_nobody_from_telling_the_next_channel(
    failure: Exception,
) -> None:
    post, backwards = Post(a_recipient()), a_suggestion(channels=(Channel.SMS, Channel.EMAIL))
    post.gateway.mood, post.deliveries.before = InvalidContact("no such number"), failure
    with pytest.raises(type(failure)):
        post.sms(Announcement(backwards, Channel.SMS))
    assert post.topic.published == [Announcement(backwards, Channel.EMAIL)]
    post.carry(backwards)
    assert (post.statuses(), post.messages()) == ({"sms": "uncertain", "email": "sent"}, 1)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_table_that_does_not_settle_what_never_came_to_the_gateway_has_it_tried_again_before_anybody_is_told(
    failure: Exception,
) -> None:
    """The person's address is put right in between: this channel sends after all, so the next one must not."""
    post = Post(a_recipient(email="ana"))
    post.deliveries.before = failure
    with pytest.raises(type(failure)):
        post.email(Announcement(SUGGESTION, Channel.EMAIL))
    assert post.topic.published == []
    post.recipients.put_many([a_recipient()])
    post.clock.advance(LEASE + INSTANT)
    post.carry(SUGGESTION)
    assert (post.statuses(), post.messages()) == ({"email": "sent"}, 1)


FATES = [
    (place, moment, kind)
    for kind in (Crash, StoreUnavailable, NotifierUnavailable)
    for place in ("topic", "deliveries")
    for moment in ("before", "after")
]


@pytest.mark.parametrize(("place", "moment", "kind"), FATES)
def test_whoever_dies_while_passing_on_loses_nothing_and_sends_nothing_twice(
    place: str, moment: str, kind: type[BaseException]
) -> None:
    post = Post(a_recipient(email="ana"))
    setattr(getattr(post, place), moment, kind("gone"))
    post.carry(SUGGESTION)
    assert len(post.gateway.sent) == post.messages() == 1
    assert post.statuses()["sms"] == "sent"
    assert post.statuses()["email"] == "invalid_contact"


def test_who_dies_after_the_gateway_was_asked_is_uncertain_and_nothing_goes_out_twice() -> None:
    post = Post(a_recipient())
    post.deliveries.before = Crash()
    post.carry(SUGGESTION)
    assert (post.statuses(), post.messages()) == ({"email": "uncertain"}, 1)


def test_an_announcement_that_comes_again_tells_the_next_channel_again_which_sends_nothing_twice() -> None:
    post = Post(a_recipient(email="ana"))
    for _ in range(3):
        post.carry(SUGGESTION)
    assert post.messages() == 1


def test_a_topic_that_failed_and_had_taken_it_all_the_same_leaves_no_way_for_a_second_message() -> None:
    """The person's address is put right in between: the email would go out now, and the SMS has."""
    post = Post(a_recipient(email="ana"))
    post.topic.after = NotifierUnavailable("no answer")
    with pytest.raises(NotifierUnavailable):
        post.email(Announcement(SUGGESTION, Channel.EMAIL))
    assert post.send_sms() is DeliveryStatus.SENT
    post.recipients.put_many([a_recipient()])
    assert post.email(Announcement(SUGGESTION, Channel.EMAIL)) is DeliveryStatus.INVALID_CONTACT
    assert post.messages() == 1
