"""What mail servers and their users say to an email."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from divisa.domain.suggestion import DeliveryStatus


class FeedbackKind(StrEnum):
    """What it was."""

    COMPLAINT = "complaint"
    """Somebody said that it was spam."""
    PERMANENT_BOUNCE = "permanent_bounce"
    """There is no such mailbox, for good."""
    DELIVERY = "delivery"
    """The mailbox's server took it."""
    OTHER = "other"
    """Anything else, on which nothing follows: a mailbox that is full, an answer of somebody who is away."""

    @property
    def status(self) -> DeliveryStatus | None:
        """How the delivery stands of which this is said; None where nothing follows for it."""
        return _STATUS.get(self)


_STATUS = {
    FeedbackKind.COMPLAINT: DeliveryStatus.COMPLAINED,
    FeedbackKind.PERMANENT_BOUNCE: DeliveryStatus.BOUNCED,
    FeedbackKind.DELIVERY: DeliveryStatus.DELIVERED,
}


@dataclass(frozen=True, slots=True)
class EmailFeedback:
    """What was said to one email.

    Attributes:
        addresses: whom it concerns, in every spelling that is known; empty where nobody is to be left in peace.
        suggestion_id: which suggestion the email was about; None when the event does not say so.
        message_id: the email's id, as the gateway gave it; empty when the event does not say so.
    """

    kind: FeedbackKind
    addresses: tuple[str, ...] = field(default=(), repr=False)
    suggestion_id: str | None = None
    message_id: str = ""
