"""Deliver one suggestion over one channel, at most once; where that surely reached nobody, announce it to the next."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from divisa.domain.email import email_text
from divisa.domain.errors import (
    ConcurrentUpdate,
    DeliveryUncertain,
    InvalidContact,
    NoBudget,
    NoContact,
    NotifierUnavailable,
    StoreUnavailable,
    Unavailable,
)
from divisa.domain.links import suggestion_link
from divisa.domain.message import sms_text
from divisa.domain.push import push_text
from divisa.domain.quiet import quiet_until
from divisa.domain.recipient import Channel, valid_email, valid_phone
from divisa.domain.sms_budget import country_of, month_of
from divisa.domain.suggestion import Delivery, DeliveryStatus
from divisa.ports import Announcement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from divisa.domain.email import EmailLinks
    from divisa.domain.recipient import Recipient
    from divisa.domain.sms_budget import Tariff
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import (
        Clock,
        Deliveries,
        Devices,
        EmailGateway,
        Pacing,
        PushGateway,
        Recipients,
        SmsBudget,
        SmsGateway,
        SuggestionTopic,
    )

LEASE = timedelta(seconds=60)
"""How long an attempt may go without a word, from its claim and again from the moment at which it begins to send,
before it is taken for dead; longer than a sender may run."""


class Send(Protocol):
    """Sends a suggestion to somebody over one channel; returns the channel's message id."""

    def __call__(self, suggestion: Suggestion, recipient: Recipient, begin: Callable[[], None]) -> str:
        """Send it.

        Args:
            suggestion: what to send.
            recipient: to whom.
            begin: to be called right before the gateway is asked to send, and not earlier: whoever dies before has
                surely sent nothing. What it raises goes on to the caller, and then nothing is to be sent.

        Raises:
            NoContact: there is nothing that it could be sent to.
            InvalidContact: what there is reaches nobody.
            NoBudget: it would cost more than may be spent.
            Unavailable: it was surely not sent; try again later.
            DeliveryUncertain: it may have been sent, or not.
        """


def by_push(gateway: PushGateway, devices: Devices, clock: Clock, app_url: str) -> Send:
    """Send to all devices of a person, as one message: who has it on one of them has it. Devices gone are forgotten."""

    def send(suggestion: Suggestion, recipient: Recipient, begin: Callable[[], None]) -> str:
        link = suggestion_link(app_url, suggestion.suggestion_id)
        message_ids: list[str] = []
        failures: list[Exception] = []
        for device in devices.of_user(recipient.user_id):
            try:
                message_ids.append(gateway.send(device, push_text(suggestion, link, clock.now()), begin))
            except InvalidContact as error:
                failures.append(error)
                with suppress(StoreUnavailable):  # then the next suggestion finds it gone again
                    devices.remove(device.user_id, device.device_id)
            except (NoContact, NotifierUnavailable, DeliveryUncertain) as error:
                failures.append(error)
        if message_ids:
            return message_ids[0]
        raise _of_all(failures)

    return send


def _of_all(failures: Sequence[Exception]) -> Exception:
    """What is true of a person none of whose devices has the message: the first kind of these that there is."""
    for kind in (DeliveryUncertain, NotifierUnavailable, InvalidContact):
        for failure in failures:
            if isinstance(failure, kind):
                return failure
    return NoContact("there is no device that a notification could go to")


def by_sms(gateway: SmsGateway, budget: SmsBudget, tariff: Tariff, clock: Clock, app_url: str) -> Send:
    """Send as one SMS segment to a checked E.164 number, when the month's budget of its country has room for it."""

    def send(suggestion: Suggestion, recipient: Recipient, begin: Callable[[], None]) -> str:
        if not recipient.phone:
            raise NoContact("there is no phone number")
        phone = valid_phone(recipient.phone)
        country, month = country_of(phone), month_of(clock.now())
        rate = None if country is None else tariff.get(country)
        if country is None or rate is None:
            raise NoBudget("the tariff has no price for the number's country")
        if not budget.take(country, month, rate.price):
            raise NoBudget(f"the messages of {month} to {country} have cost what they may")
        text = sms_text(suggestion, suggestion_link(app_url, suggestion.suggestion_id))
        try:
            begin()
            return gateway.send(phone, text)
        except (InvalidContact, Unavailable, ConcurrentUpdate):
            with suppress(StoreUnavailable):  # then the month ends that much earlier, and never later
                budget.give_back(country, month, rate.price)
            raise

    return send


def by_email(gateway: EmailGateway, links: Callable[[Suggestion], EmailLinks]) -> Send:
    """Send as an email to a checked address, which leads to the suggestion, and out of all emails."""

    def send(suggestion: Suggestion, recipient: Recipient, begin: Callable[[], None]) -> str:
        if not recipient.email:
            raise NoContact("there is no email address")
        if not recipient.has_usable_email:
            raise InvalidContact("the email address has bounced")
        address, email = valid_email(recipient.email), email_text(suggestion, links(suggestion))
        begin()
        return gateway.send(address, email)

    return send


@dataclass(frozen=True, slots=True)
class Deliver:
    """Delivers announcements of one channel."""

    channel: Channel
    deliveries: Deliveries
    recipients: Recipients
    pacing: Pacing
    clock: Clock
    send: Send
    topic: SuggestionTopic

    def __call__(self, announcement: Announcement, *, is_last: bool = False) -> DeliveryStatus:
        """Deliver, or say why not. The claim comes before the message, so that no message is sent twice.

        Right before the gateway is asked, the claim becomes SENDING. Who dies earlier has surely sent nothing: after
        the lease the next attempt takes the claim over. Who dies later may have sent.

        The last try of a channel that does not answer settles UNAVAILABLE, so that the next channel tells while the
        suggestion is still news. Where there is no next one, it fails as the others do.

        A suggestion that surely reached nobody is announced to its next channel, and again whenever this announcement
        comes again: whoever dies before the topic has answered leaves a settled delivery, from which the next attempt
        goes on.

        An error that nobody foresaw is treated like a death, and the claim is left as it is: whoever comes after the
        lease takes it over, or, where sending had begun, settles it as uncertain.

        Args:
            announcement: what to deliver.
            is_last: whether the announcement does not come again by itself when this fails.

        Returns:
            The status of this suggestion on this channel, now or from an earlier attempt.

        Raises:
            NotifierUnavailable: the channel did not take the message, another sender is at it, or the next channel was
                not told; try again later.
            StoreUnavailable: a table did not answer; try again later.
            ConcurrentUpdate: this attempt outlasted the lease and was taken for dead; try again to learn what became
                of it.
        """
        suggestion = announcement.suggestion
        claimed = Delivery(
            suggestion.suggestion_id, self.channel, DeliveryStatus.CLAIMED, self.clock.now(), attempt=uuid4().hex
        )
        earlier = self._claim(claimed)
        if earlier is not None:
            self._pass_on(suggestion, earlier)
            return earlier
        sending = _Sending(self.deliveries, self.clock, claimed)
        try:
            status, message_id = self._attempt(suggestion, sending.begin)
        except Unavailable:
            if not is_last or suggestion.channel_after(self.channel) is None:
                self.deliveries.release(claimed)
                raise
            status, message_id = DeliveryStatus.UNAVAILABLE, None
        try:
            # First: a topic that is slow to answer must not leave a claim of which nobody knows what became.
            self.deliveries.settle(replace(claimed, status=status, at=self.clock.now(), message_id=message_id))
        except (Unavailable, ConcurrentUpdate):
            # Once the next channel may have been told, this one must not be tried once more, as a mere claim would be.
            if sending.has_begun:
                self._pass_on(suggestion, status)
            raise
        self._pass_on(suggestion, status)
        return status

    def _claim(self, mine: Delivery) -> DeliveryStatus | None:
        """None when it is claimed now, else the status that an earlier attempt came to.

        Raises:
            NotifierUnavailable: another attempt is at it.
        """
        earlier = self.deliveries.claim(mine)
        if earlier is not None and earlier.status is DeliveryStatus.CLAIMED and self._is_dead(earlier):
            earlier = self.deliveries.claim(mine, earlier)
        if earlier is None or earlier.status.is_settled:
            return None if earlier is None else earlier.status
        if earlier.status is DeliveryStatus.CLAIMED or not self._is_dead(earlier):
            raise NotifierUnavailable("another sender holds this delivery")
        self.deliveries.settle(replace(earlier, status=DeliveryStatus.UNCERTAIN, at=self.clock.now()))
        return DeliveryStatus.UNCERTAIN

    def _is_dead(self, attempt: Delivery) -> bool:
        return self.clock.age(attempt.at) > LEASE

    def _attempt(self, suggestion: Suggestion, begin: Callable[[], None]) -> tuple[DeliveryStatus, str | None]:
        if self.clock.now() > suggestion.expires_at:
            return DeliveryStatus.EXPIRED, None
        recipient = self.recipients.load(suggestion.user_id)  # As of now: who has just said no is told no more.
        if self.channel not in recipient.consent:
            return DeliveryStatus.NO_CONSENT, None
        # In time as people wait for it: in a replay hours pass while it is on its way.
        at = suggestion.created_at + self.clock.age(suggestion.created_at)
        if _is_quiet(recipient, at):
            return DeliveryStatus.QUIET_HOURS, None
        if not self.pacing.take(suggestion.user_id, suggestion.suggestion_id, at, recipient.weekly_cap):
            return DeliveryStatus.WEEKLY_CAP, None
        try:
            return DeliveryStatus.SENT, self.send(suggestion, recipient, begin)
        except NoContact:
            return DeliveryStatus.NO_CONTACT, None
        except InvalidContact:
            return DeliveryStatus.INVALID_CONTACT, None
        except NoBudget:
            return DeliveryStatus.NO_BUDGET, None
        except DeliveryUncertain:
            return DeliveryStatus.UNCERTAIN, None

    def _pass_on(self, suggestion: Suggestion, status: DeliveryStatus) -> None:
        following = suggestion.channel_after(self.channel)
        if status.passes_on and following is not None:
            self.topic.publish([Announcement(suggestion, following)])


@dataclass(slots=True)
class _Sending:
    """The moment at which an attempt begins to send, written down once."""

    deliveries: Deliveries
    clock: Clock
    claimed: Delivery
    has_begun: bool = False

    def begin(self) -> None:
        if not self.has_begun:
            self.deliveries.begin(replace(self.claimed, at=self.clock.now()))
            self.has_begun = True


def _is_quiet(recipient: Recipient, at: datetime) -> bool:
    """Whether quiet hours began while the suggestion was on its way.

    Then it is not sent at all. To hold it once more would not surely be harmless: another sender of the same
    announcement, or of another channel's, may have begun before the quiet did.
    """
    return quiet_until(recipient.quiet_hours, recipient.time_zone, at) is not None
