"""The senders of all channels on memory adapters, with parts that fail when they are told to."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.adapters.memory.devices import MemoryDevices
from divisa.adapters.memory.email_gateway import MemoryEmailGateway
from divisa.adapters.memory.pacing import MemoryPacing
from divisa.adapters.memory.push_gateway import MemoryPushGateway
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.sms_budget import MemorySmsBudget
from divisa.adapters.memory.sms_gateway import MemorySmsGateway
from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.domain.device import Device, Platform
from divisa.domain.errors import (
    ConcurrentUpdate,
    StoreUnavailable,
    Unavailable,
)
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.sms_budget import Rate
from divisa.ports import Announcement
from divisa.services.deliver import Deliver, by_email, by_push, by_sms
from tests.builders import APP_URL, LINKS, WEDNESDAY, a_recipient, a_suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from divisa.domain.push import Notification
    from divisa.domain.sms_budget import Tariff
    from divisa.domain.suggestion import Delivery, DeliveryStatus, Suggestion

SUGGESTION = a_suggestion()
EVERYWHERE = a_suggestion(channels=tuple(Channel), expires_at=WEDNESDAY + timedelta(hours=12))
WILLING = a_recipient(consent=frozenset(Channel))
TARIFF = {"MX": Rate(Decimal("0.04"), Decimal("100"))}
INSTANT = timedelta(microseconds=1)


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
    """A table that raises what it is told to, once.

    When a delivery is settled, before that is written or after; or when one begins to be sent, after that is written.
    """

    beginning: BaseException | None = None
    before: BaseException | None = None
    after: BaseException | None = None

    def begin(self, mine: Delivery) -> None:
        super().begin(mine)
        if self.beginning is not None:
            beginning, self.beginning = self.beginning, None
            raise beginning

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

    def load(self, user_id: str) -> Recipient:
        raise StoreUnavailable("the table did not answer")


class LaggingRecipients(MemoryRecipients):
    """Recipients of whom a read that is not consistent still finds what they were before."""

    def __init__(self, *before: Recipient) -> None:
        super().__init__()
        self._before = {each.user_id: each for each in before}

    def get_many(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        return {user_id: self._before[user_id] for user_id in user_ids}


class Post:
    """The senders of all channels, with their stores, and the topic between them."""

    def __init__(self, *recipients: Recipient, tariff: Tariff = TARIFF) -> None:
        self.clock, self.deliveries, self.recipients = ManualClock(WEDNESDAY), MoodyDeliveries(), MemoryRecipients()
        self.recipients.put_many(recipients)
        self.gateway, self.mail, self.push = MoodyGateway(), MemoryEmailGateway(), MemoryPushGateway()
        self.devices, self.budget, self.topic = MemoryDevices(), MemorySmsBudget(tariff), MoodyTopic()
        self.pacing = MemoryPacing()
        sends = {
            Channel.PUSH: by_push(self.push, self.devices, self.clock, APP_URL),
            Channel.EMAIL: by_email(self.mail, lambda _: LINKS),
            Channel.SMS: by_sms(self.gateway, self.budget, tariff, self.clock, APP_URL),
        }
        self.senders = {
            channel: Deliver(channel, self.deliveries, self.recipients, self.pacing, self.clock, send, self.topic)
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


def a_device(token: str = "t" * 40, platform: Platform = Platform.ANDROID) -> Device:
    return Device("ana", f"d-{token}", platform, token, WEDNESDAY)


def raising(error: Exception) -> Callable[[Device, Notification, Callable[[], None]], str]:
    def send(device: Device, notification: Notification, begin: Callable[[], None]) -> str:
        begin()
        raise error

    return send
