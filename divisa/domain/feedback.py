"""What mail servers and their users say to an email."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class FeedbackKind(StrEnum):
    """What it was."""

    COMPLAINT = "complaint"
    """Somebody said that it was spam."""
    PERMANENT_BOUNCE = "permanent_bounce"
    """There is no such mailbox, for good."""
    OTHER = "other"
    """Anything else, on which nothing follows: a mailbox that is full, a delivery."""


@dataclass(frozen=True, slots=True)
class EmailFeedback:
    """What was said to one email.

    Attributes:
        addresses: whom it concerns, in every spelling that is known; empty for OTHER.
    """

    kind: FeedbackKind
    addresses: tuple[str, ...] = field(default=(), repr=False)
