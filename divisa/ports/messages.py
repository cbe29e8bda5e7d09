"""Suggestions on their way to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from divisa.domain.device import Device
    from divisa.domain.email import Email
    from divisa.domain.push import Notification
    from divisa.domain.recipient import Channel
    from divisa.domain.suggestion import Delivery, DeliveryStatus, Suggestion, SuggestionResponse


class Suggestions(Protocol):
    """The table of suggestions, as readers see it; they are written by `Watches.move_all`, and answered here."""

    def of_user(self, user_id: str) -> Sequence[Suggestion]:
        """Every suggestion of a user, newest first; those of one moment by their ids, the greatest first."""

    def since(self, user_ids: Sequence[str], at: datetime) -> Mapping[str, Sequence[Suggestion]]:
        """What was created at a moment or later, UTC, by user, newest first, as of now; users without are absent."""

    def find(self, user_id: str, suggestion_id: str) -> Suggestion | None:
        """A user's suggestion of this id, as of now."""

    def answer(self, user_id: str, suggestion_id: str, response: SuggestionResponse, at: datetime) -> bool:
        """Write down what the user says; False, and nothing is written, when there is none such, or it is answered."""

    def open(self, user_id: str, suggestion_id: str, at: datetime) -> bool:
        """Write down when the user opened it; False, and nothing is written, when there is none, or it was opened."""

    def trials_between(self, since: datetime, until: datetime) -> Iterator[Suggestion]:
        """What was created between two moments, UTC, both included, and is part of the experiment; oldest days first.

        It may lag behind writes by moments.
        """

    def all(self) -> Iterator[Suggestion]:
        """Every suggestion there is, in no order (reports, small tables)."""


class Deliveries(Protocol):
    """The table of deliveries: one row for each suggestion and channel."""

    def claim(self, mine: Delivery, abandoned: Delivery | None = None) -> Delivery | None:
        """Become the one who sends. None when claimed now, else the delivery that is there.

        A claim that was written, and whose answer was lost on the way, is known as one's own when it is tried again.

        Args:
            mine: CLAIMED, with the attempt's own name.
            abandoned: as it was found, CLAIMED by an attempt that is taken for dead; its place is taken if it is still
                there, and it can begin no more.
        """

    def begin(self, mine: Delivery) -> None:
        """Write down that sending begins now, at `mine.at`: CLAIMED becomes SENDING. Again it changes nothing more.

        Raises:
            ConcurrentUpdate: it is not this attempt's any more; nothing is to be sent.
        """

    def settle(self, delivery: Delivery) -> None:
        """Write the final status of a delivery that its attempt has claimed, or is sending.

        Raises:
            ConcurrentUpdate: it is not this attempt's, or settled already.
        """

    def hear(self, suggestion_id: str, channel: Channel, status: DeliveryStatus, message_id: str) -> bool:
        """Write down what is heard of a message after it was handed over; the same again changes nothing.

        Args:
            suggestion_id: of which suggestion.
            channel: over which channel it went.
            status: one that follows others, see `DeliveryStatus.follows`.
            message_id: the channel's own id of it; kept where none is known yet.

        Returns:
            False, and nothing is written, when there is no such delivery, or the status does not follow on its own.

        Raises:
            ConcurrentUpdate: its sender has not settled it yet; try again.
        """

    def release(self, mine: Delivery) -> None:
        """Give a claim back, when the channel surely did not take the message.

        A settled delivery stays, and so does another attempt's: giving back late, or once more, harms nobody.
        """

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


class PushGateway(Protocol):
    """Sends one notification to one device, and forgets devices."""

    def send(self, device: Device, notification: Notification, begin: Callable[[], None]) -> str:
        """Send to a device; returns the gateway's message id.

        Args:
            device: where to.
            notification: what.
            begin: called right before the gateway is asked to send, once all else is ready; what it raises goes on to
                the caller, and then nothing is sent.

        Raises:
            InvalidContact: the device is gone: the app was deleted, or its token is no more.
            NoContact: nothing here reaches devices of its platform.
            NotifierUnavailable: the gateway did not take the message.
            DeliveryUncertain: it broke off, so nobody knows.
        """

    def forget(self, device: Device) -> None:
        """Keep nothing of a device. Of one that is not known, or that nothing here reaches, there is nothing to do.

        Raises:
            NotifierUnavailable: it may be kept still; forgetting it again is safe.
        """


class SmsBudget(Protocol):
    """What a month's text messages to a country may cost; counts over all senders."""

    def take(self, country: str, month: str, price: Decimal) -> bool:
        """Spend the price of a message, US dollars; False, and nothing is spent, when the cap leaves no room for it.

        An answer that is lost on the way may have spent it: there is then less left than there might be, never more.

        Args:
            country: as `country_of` names it; one without a cap has none to spend.
            month: as `month_of` writes it.
            price: positive, in whole millionths of a dollar.
        """

    def give_back(self, country: str, month: str, price: Decimal) -> None:
        """Take back what was spent on a message that was surely not sent: once, or not at all.

        Raises:
            StoreUnavailable: whether it was taken back is not known; it must not be tried again.
        """


class Pacing(Protocol):
    """How many suggestions a user is told in a week; counts over all senders."""

    def take(self, user_id: str, suggestion_id: str, at: datetime, cap: int) -> bool:
        """Take a place for a suggestion, at most `cap` in any 7 days; False, and nothing is written, without room.

        A suggestion that has a place has it once, however often it asks: every attempt and every channel may do so,
        and the place moves to the newest. None is given back: who is let out counts, whether a channel reaches them or
        not, as where it is decided.

        Args:
            user_id: whom the suggestion is for.
            suggestion_id: which it is.
            at: the moment at which it is sent, UTC.
            cap: the most that the user wants in a week, 0 or more.
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
