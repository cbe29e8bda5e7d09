"""Deliver one suggestion over one channel, at most once, and write down what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from divisa.domain.errors import DeliveryUncertain, InvalidContact, NotifierUnavailable
from divisa.domain.message import email_text, sms_text
from divisa.domain.recipient import Channel, valid_email, valid_phone
from divisa.domain.suggestion import Delivery, DeliveryStatus

if TYPE_CHECKING:
    from divisa.domain.recipient import Recipient
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Announcement, Clock, Deliveries, EmailGateway, Recipients, SmsGateway

LEASE = timedelta(seconds=60)
"""How long a claim may stay unsettled before its holder is taken for dead; longer than a sender may run."""


class Send(Protocol):
    """Sends a suggestion to a contact over one channel; returns the channel's message id."""

    def __call__(self, suggestion: Suggestion, contact: str) -> str:
        """Raises InvalidContact, NotifierUnavailable or DeliveryUncertain."""


def by_sms(gateway: SmsGateway) -> Send:
    """Send as one SMS segment to a checked E.164 number."""
    return lambda suggestion, contact: gateway.send(valid_phone(contact), sms_text(suggestion))


def by_email(gateway: EmailGateway) -> Send:
    """Send as an email to a checked address."""
    return lambda suggestion, contact: gateway.send(valid_email(contact), email_text(suggestion))


@dataclass(frozen=True, slots=True)
class Deliver:
    """Delivers announcements of one channel."""

    channel: Channel
    deliveries: Deliveries
    recipients: Recipients
    clock: Clock
    send: Send

    def __call__(self, announcement: Announcement) -> DeliveryStatus:
        """Deliver, or say why not. The claim comes before the message, so that no message is sent twice.

        Returns:
            The status of this suggestion on this channel, now or from an earlier attempt.

        Raises:
            NotifierUnavailable: the channel did not take the message, or another sender is at it; try again later.
            StoreUnavailable: a table did not answer; try again later.
            ConcurrentUpdate: sending outlasted the lease and was settled as uncertain meanwhile; try again to learn so.
        """
        suggestion = announcement.suggestion
        # Read before the claim: a table that does not answer must not leave a claim without a sender.
        recipient = self.recipients.get_many([suggestion.user_id]).get(suggestion.user_id)
        claimed = Delivery(suggestion.suggestion_id, self.channel, DeliveryStatus.SENDING, self.clock.now())
        earlier = self.deliveries.claim(claimed.suggestion_id, self.channel, claimed.at)
        if earlier is not None:
            return self._earlier(earlier)
        try:
            status, message_id = self._attempt(suggestion, recipient)
        except NotifierUnavailable:
            self.deliveries.release(suggestion.suggestion_id, self.channel)
            raise
        self.deliveries.settle(replace(claimed, status=status, at=self.clock.now(), message_id=message_id))
        return status

    def _attempt(self, suggestion: Suggestion, recipient: Recipient | None) -> tuple[DeliveryStatus, str | None]:
        if self.clock.now() > suggestion.expires_at:
            return DeliveryStatus.EXPIRED, None
        if recipient is None or self.channel not in recipient.consent:
            return DeliveryStatus.NO_CONSENT, None
        contact = recipient.contact(self.channel)
        if not contact:
            return DeliveryStatus.NO_CONTACT, None
        try:
            return DeliveryStatus.SENT, self.send(suggestion, contact)
        except InvalidContact:
            return DeliveryStatus.INVALID_CONTACT, None
        except DeliveryUncertain:
            return DeliveryStatus.UNCERTAIN, None

    def _earlier(self, delivery: Delivery) -> DeliveryStatus:
        if delivery.status is not DeliveryStatus.SENDING:
            return delivery.status
        if self.clock.age(delivery.at) <= LEASE:
            raise NotifierUnavailable("another sender holds this delivery")
        self.deliveries.settle(replace(delivery, status=DeliveryStatus.UNCERTAIN, at=self.clock.now()))
        return DeliveryStatus.UNCERTAIN
