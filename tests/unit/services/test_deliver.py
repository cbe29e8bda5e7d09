from __future__ import annotations

from collections import deque
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.adapters.memory.devices import MemoryDevices
from divisa.adapters.memory.email_gateway import MemoryEmailGateway
from divisa.adapters.memory.push_gateway import MemoryPushGateway
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.sms_budget import MemorySmsBudget
from divisa.adapters.memory.sms_gateway import MemorySmsGateway
from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.domain.device import MAX_DEVICES, Device, Platform
from divisa.domain.email import email_text
from divisa.domain.errors import (
    ConcurrentUpdate,
    DeliveryUncertain,
    InvalidContact,
    NotifierUnavailable,
    StoreUnavailable,
    Unavailable,
)
from divisa.domain.links import suggestion_link
from divisa.domain.message import sms_text
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.sms_budget import Rate
from divisa.domain.suggestion import Delivery, DeliveryStatus
from divisa.ports import Announcement
from divisa.services.deliver import LEASE, Deliver, by_email, by_push, by_sms
from tests.builders import APP_URL, EMAIL, LINKS, PHONE, WEDNESDAY, a_recipient, a_suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from divisa.domain.push import Notification
    from divisa.domain.sms_budget import Tariff
    from divisa.domain.suggestion import Suggestion
    from divisa.services.deliver import Send

SUGGESTION = a_suggestion()
EVERYWHERE = a_suggestion(channels=tuple(Channel), expires_at=WEDNESDAY + timedelta(hours=12))
WILLING = a_recipient(consent=frozenset(Channel))
APP = "https://app.divisa.example"
TARIFF = {"MX": Rate(Decimal("0.04"), Decimal("100"))}
INSTANT = timedelta(microseconds=1)


def links(suggestion: Suggestion) -> EmailLinks:
    return EmailLinks(suggestion_link(APP, suggestion.suggestion_id), "https://api.divisa.example/out")


class Crash(BaseException):
    """The function's process is gone; nothing of the program catches it."""


class MoodyGateway(MemorySmsGateway):
    """A gateway that raises what it is told to, once, before it takes messages."""

    mood: BaseException | None = None

    def send(self, phone: str, text: str) -> str:
        if self.mood is not None:
            mood, self.mood = self.mood, None
            raise mood
        return super().send(phone, text)


class MoodyTopic(MemorySuggestionTopic):
    """A topic that raises what it is told to, once: before it takes announcements, or after it has."""

    before: BaseException | None = None
    after: BaseException | None = None

    def publish(self, announcements: Sequence[Announcement]) -> None:
        if self.before is not None:
            before, self.before = self.before, None
            raise before
        super().publish(announcements)
        if self.after is not None:
            after, self.after = self.after, None
            raise after


class MoodyDeliveries(MemoryDeliveries):
    """A table that raises what it is told to, once, when a delivery is settled: before that is written, or after."""

    before: BaseException | None = None
    after: BaseException | None = None

    def settle(self, delivery: Delivery) -> None:
        if self.before is not None:
            before, self.before = self.before, None
            raise before
        super().settle(delivery)
        if self.after is not None:
            after, self.after = self.after, None
            raise after


class SilentRecipients(MemoryRecipients):
    """Recipients whose table does not answer."""

    def get_many(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        raise StoreUnavailable("the table did not answer")


class Post:
    """The senders of all channels, with their stores, and the topic between them."""

    def __init__(self, *recipients: Recipient, tariff: Tariff = TARIFF) -> None:
        self.clock, self.deliveries, self.recipients = ManualClock(WEDNESDAY), MoodyDeliveries(), MemoryRecipients()
        self.recipients.put_many(recipients)
        self.gateway, self.mail, self.push = MoodyGateway(), MemoryEmailGateway(), MemoryPushGateway()
        self.devices, self.budget, self.topic = MemoryDevices(), MemorySmsBudget(tariff), MoodyTopic()
        sends = {
            Channel.PUSH: by_push(self.push, self.devices, APP_URL),
            Channel.EMAIL: by_email(self.mail, lambda _: LINKS),
            Channel.SMS: by_sms(self.gateway, self.budget, tariff, self.clock, APP_URL),
        }
        self.senders = {
            channel: Deliver(channel, self.deliveries, self.recipients, self.clock, send, self.topic)
            for channel, send in sends.items()
        }
        self.sms, self.email = self.senders[Channel.SMS], self.senders[Channel.EMAIL]

    def send_sms(self) -> DeliveryStatus:
        return self.sms(Announcement(SUGGESTION, Channel.SMS))

    def only_delivery(self) -> Delivery:
        [delivery] = self.deliveries.all()
        return delivery

    def statuses(self) -> dict[str, str]:
        return {each.channel.value: each.status.value for each in self.deliveries.all()}

    def messages(self) -> int:
        return len(self.gateway.sent) + len(self.mail.sent) + len(self.push.sent)

    def carry(self, suggestion: Suggestion) -> None:
        """Announce a suggestion, and deliver whatever is announced, as often as a queue does, until nothing fails."""
        queue: deque[Announcement] = deque([Announcement(suggestion, suggestion.channels[0])])
        for _ in range(20):
            if not queue:
                return
            announcement = queue.popleft()
            try:
                self.senders[announcement.channel](announcement)
            except (Unavailable, ConcurrentUpdate, Crash):
                queue.append(announcement)
                self.clock.advance(timedelta(seconds=180))
            queue.extend(self.topic.published)
            self.topic.published.clear()
        raise AssertionError("the queue never gets empty")


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
    silent = Deliver(Channel.SMS, post.deliveries, SilentRecipients(), post.clock, post.sms.send, post.topic)
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


# Order and fallback


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
    post.push.send = raising(DeliveryUncertain("the connection broke"))  # type: ignore[method-assign]
    post.carry(EVERYWHERE)
    assert (post.statuses(), post.messages()) == ({"push": "uncertain"}, 0)


def test_what_has_expired_goes_nowhere_else() -> None:
    post = Post(a_recipient())
    post.clock.set(EVERYWHERE.expires_at + INSTANT)
    post.carry(EVERYWHERE)
    assert post.statuses() == {"push": "expired"}


def test_a_channel_that_the_suggestion_does_not_name_passes_nothing_on() -> None:
    post = Post()
    assert post.senders[Channel.PUSH](Announcement(SUGGESTION, Channel.PUSH)) is DeliveryStatus.NO_CONSENT
    assert post.topic.published == []


def test_the_next_channel_is_told_before_this_one_is_settled() -> None:
    post = Post(a_recipient(email="ana"))
    post.deliveries.before = Crash()
    with pytest.raises(Crash):
        post.email(Announcement(SUGGESTION, Channel.EMAIL))
    assert post.topic.published == [Announcement(SUGGESTION, Channel.SMS)]
    assert post.only_delivery().status is DeliveryStatus.SENDING


@pytest.mark.parametrize("kind", [Crash, StoreUnavailable, NotifierUnavailable])
@pytest.mark.parametrize("place", ["topic", "deliveries"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_whoever_dies_while_passing_on_loses_nothing_and_sends_nothing_twice(
    kind: type[BaseException], place: str, moment: str
) -> None:
    post = Post(a_recipient(email="ana"))
    setattr(getattr(post, place), moment, kind("gone"))
    post.carry(SUGGESTION)
    assert len(post.gateway.sent) == post.messages() == 1
    assert post.statuses()["sms"] == "sent"
    assert post.statuses()["email"] in {"invalid_contact", "uncertain"}


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


# Push


def a_device(token: str = "t" * 40, platform: Platform = Platform.ANDROID) -> Device:
    return Device("ana", f"d-{token}", platform, token, WEDNESDAY)


def raising(error: Exception) -> Callable[[Device, Notification], str]:
    def send(device: Device, notification: Notification) -> str:
        raise error

    return send


def test_all_devices_of_a_person_are_one_delivery() -> None:
    post = Post(WILLING)
    post.devices.add(a_device("a"))
    post.devices.add(a_device("b", Platform.IOS))
    post.carry(EVERYWHERE)
    first, second = post.push.sent
    assert (first.token, second.token, first.notification) == ("a", "b", second.notification)
    assert post.only_delivery().message_id == first.message_id


def test_a_device_that_is_gone_is_forgotten_and_the_others_are_told() -> None:
    post = Post(WILLING)
    for token in ("a", "b", "c"):
        post.devices.add(a_device(token))
    post.push.gone = {"a", "c"}
    post.carry(EVERYWHERE)
    assert [each.token for each in post.push.sent] == ["b"]
    assert [each.token for each in post.devices.of_user("ana")] == ["b"]
    assert post.statuses() == {"push": "sent"}


def test_when_every_device_is_gone_the_next_channel_tells() -> None:
    post = Post(WILLING)
    for number in range(MAX_DEVICES):
        post.devices.add(a_device(str(number)))
    post.push.gone = {str(number) for number in range(MAX_DEVICES)}
    post.carry(EVERYWHERE)
    assert post.statuses() == {"push": "invalid_contact", "email": "sent"}
    assert post.devices.of_user("ana") == []


def test_a_platform_that_is_not_reached_keeps_its_devices_and_the_next_channel_tells() -> None:
    post = Post(WILLING)
    post.devices.add(a_device(platform=Platform.IOS))
    post.senders[Channel.PUSH] = replace_send(
        post, by_push(MemoryPushGateway([Platform.ANDROID]), post.devices, APP_URL)
    )
    post.carry(EVERYWHERE)
    assert post.statuses() == {"push": "no_contact", "email": "sent"}
    assert len(post.devices.of_user("ana")) == 1


class MoodyPush(MemoryPushGateway):
    """A gateway that raises for some tokens, as often as they come."""

    def __init__(self, moods: Mapping[str, Exception]) -> None:
        super().__init__()
        self._moods = moods

    def send(self, device: Device, notification: Notification) -> str:
        if device.token in self._moods:
            raise self._moods[device.token]
        return super().send(device, notification)


def replace_send(post: Post, send: Send) -> Deliver:
    return Deliver(Channel.PUSH, post.deliveries, post.recipients, post.clock, send, post.topic)


GONE, AWAY, UNSURE = InvalidContact("gone"), NotifierUnavailable("throttled"), DeliveryUncertain("broke off")


@pytest.mark.parametrize(
    ("moods", "status"),
    [
        ([AWAY, None], "sent"),
        ([None, AWAY], "sent"),
        ([None, UNSURE], "sent"),
        ([UNSURE, None], "sent"),
        ([UNSURE, AWAY], "uncertain"),
        ([GONE, UNSURE], "uncertain"),
    ],
)
def test_who_has_it_on_one_device_has_it_and_what_is_unsure_on_one_is_unsure(
    moods: list[Exception | None], status: str
) -> None:
    post = Post(WILLING)
    for token in ("0", "1"):
        post.devices.add(a_device(token))
    gateway = MoodyPush({str(number): mood for number, mood in enumerate(moods) if mood is not None})
    post.senders[Channel.PUSH] = replace_send(post, by_push(gateway, post.devices, APP_URL))
    post.carry(EVERYWHERE)
    assert post.statuses() == {"push": status}


def test_a_gateway_that_takes_nothing_for_any_device_is_tried_again() -> None:
    post = Post(WILLING)
    for token in ("0", "1"):
        post.devices.add(a_device(token))
    send = by_push(MoodyPush({"0": GONE, "1": AWAY}), post.devices, APP_URL)
    with pytest.raises(NotifierUnavailable):
        replace_send(post, send)(Announcement(EVERYWHERE, Channel.PUSH))
    assert list(post.deliveries.all()) == []
    assert [each.token for each in post.devices.of_user("ana")] == ["1"]


# Budget


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
        Deliver(Channel.SMS, post.deliveries, post.recipients, post.clock, send, post.topic)(
            Announcement(SUGGESTION, Channel.SMS)
        )
    assert post.send_sms() is DeliveryStatus.SENT


def test_what_cannot_be_given_back_changes_nothing_about_the_delivery() -> None:
    post = Post(a_recipient())
    post.gateway.mood = InvalidContact("no such number")
    send = by_sms(post.gateway, BrokenBudget(takes=True), TARIFF, post.clock, APP_URL)
    deliver = Deliver(Channel.SMS, post.deliveries, post.recipients, post.clock, send, post.topic)
    assert deliver(Announcement(SUGGESTION, Channel.SMS)) is DeliveryStatus.INVALID_CONTACT
