"""Suggestions on their way to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from divisa.domain.message import Email
    from divisa.domain.recipient import Channel
    from divisa.domain.suggestion import Delivery, Suggestion, SuggestionResponse


class Suggestions(Protocol):
    """The table of suggestions, as readers see it; they are written by `Watches.move_all`, and answered here."""

    def of_user(self, user_id: str) -> Sequence[Suggestion]:
        """Every suggestion of a user, newest first; those of one moment by their ids, the greatest first."""

    def find(self, user_id: str, suggestion_id: str) -> Suggestion | None:
        """A user's suggestion of this id, as of now."""

    def answer(self, user_id: str, suggestion_id: str, response: SuggestionResponse, at: datetime) -> bool:
        """Write down what the user says; False, and nothing is written, when there is none such, or it is answered."""

    def open(self, user_id: str, suggestion_id: str, at: datetime) -> bool:
        """Write down when the user opened it; False, and nothing is written, when there is none, or it was opened."""

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

    def of_suggestions(self, suggestion_ids: Iterable[str]) -> Iterator[Delivery]:
        """What became of these suggestions on every channel, in no order."""

    def forget(self, suggestion_ids: Iterable[str]) -> int:
        """Delete what became of suggestions; returns how many deliveries there were."""

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
