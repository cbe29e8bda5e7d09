"""Suggestions on their way to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from divisa.domain.message import Email
    from divisa.domain.recipient import Channel
    from divisa.domain.suggestion import Delivery, Suggestion


class Suggestions(Protocol):
    """The table of suggestions, as readers see it; they are written by `Watches.move_all`."""

    def of_user(self, user_id: str) -> Sequence[Suggestion]:
        """Every suggestion of a user, newest first."""

    def all(self) -> Iterator[Suggestion]:
        """Every suggestion there is, in no order (reports, small tables)."""


class Deliveries(Protocol):
    """The table of deliveries: one row for each suggestion and channel."""

    def claim(self, suggestion_id: str, channel: Channel, at: datetime) -> Delivery | None:
        """Become the one who sends: insert SENDING at `at`. None when claimed now, else the delivery that is there."""

    def settle(self, delivery: Delivery) -> None:
        """Write the final status of a claimed delivery.

        Raises:
            ConcurrentUpdate: it is not claimed, or settled already.
        """

    def release(self, suggestion_id: str, channel: Channel) -> None:
        """Give a claim back, when the channel surely did not take the message; a settled delivery stays."""

    def all(self) -> Iterator[Delivery]:
        """Every delivery there is, in no order (reports, small tables)."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One suggestion on its way to one channel."""

    suggestion: Suggestion
    channel: Channel


class SuggestionTopic(Protocol):
    """The topic that carries suggestions to the channels' queues."""

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Publish, with attributes channel, side and language.

        Raises:
            NotifierUnavailable: some were not taken; publishing all of them again is safe.
        """


class SmsGateway(Protocol):
    """Sends one text message."""

    def send(self, phone: str, text: str) -> str:
        """Send to a number in E.164 form; returns the gateway's message id.

        Raises:
            InvalidContact: the gateway refuses the number.
            NotifierUnavailable: it did not take the message.
            DeliveryUncertain: it broke off, so nobody knows.
        """


class EmailGateway(Protocol):
    """Sends one email."""

    def send(self, address: str, email: Email) -> str:
        """Send to an address; returns the gateway's message id.

        Raises:
            InvalidContact: the gateway refuses the address.
            NotifierUnavailable: it did not take the message.
            DeliveryUncertain: it broke off, so nobody knows.
        """
