"""The messages that left the laptop cloud: what MiniStack's SNS and SES would have sent to people."""

from __future__ import annotations

import contextlib
import json
import threading
import urllib.request
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from divisa.domain.errors import LaptopCloudError
from divisa.domain.recipient import Channel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local.addresses import Addresses

_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """One message as its recipient got it.

    Attributes:
        to: an E.164 number or an e-mail address.
        subject: None for a text message.
        received_at: UTC; None for a text message, of which MiniStack keeps no time.
        attributes: what the sender attached to a text message beside its text.
        html: the other form of an e-mail; None where there is none.
    """

    channel: Channel
    message_id: str
    to: str
    text: str
    subject: str | None = None
    received_at: datetime | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    html: str | None = None

    def masked(self) -> InboxMessage:
        """The same message with only as much of the recipient as tells two of them apart."""
        return replace(self, to=_masked(self.to))


def read(addresses: Addresses, channel: Channel | None = None) -> list[InboxMessage]:
    """All messages, text messages first; within a recipient in the order of sending.

    Of notifications MiniStack keeps none.

    Args:
        addresses: the running laptop cloud.
        channel: only what came this way.

    Raises:
        LaptopCloudError: MiniStack does not answer.
    """
    found: list[InboxMessage] = []
    if channel in {None, Channel.SMS}:
        found += _texts(_get(addresses, "sns/sms-messages"))
    if channel in {None, Channel.EMAIL}:
        found += sorted(_emails(_get(addresses, "ses/messages")), key=_arrival)
    return found


@contextlib.contextmanager
def watched(
    addresses: Addresses, on_arrival: Callable[[Sequence[InboxMessage]], None], *, every: float
) -> Iterator[None]:
    """While the body runs, and once after it, tell about messages that were not there before.

    Args:
        addresses: the running laptop cloud.
        on_arrival: told them, each once; called from another thread while the body runs.
        every: seconds between two looks. A look that fails is left to the next one.

    Raises:
        LaptopCloudError: MiniStack does not answer at the end.
    """
    stop = threading.Event()
    seen: set[tuple[str, str]] = set()

    def look() -> None:
        arrived = [message for message in read(addresses) if (message.message_id, message.to) not in seen]
        seen.update((message.message_id, message.to) for message in arrived)
        if arrived:
            on_arrival(arrived)

    def watch() -> None:
        while not stop.wait(every):
            with contextlib.suppress(LaptopCloudError):
                look()

    watcher = threading.Thread(target=watch, name="inbox", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
    look()


def _texts(answer: Mapping[str, Any]) -> Iterator[InboxMessage]:
    for number, messages in answer["sms_messages"].items():
        for message in messages:
            attributes = message.get("MessageAttributes") or {}
            yield InboxMessage(
                channel=Channel.SMS,
                message_id=message["MessageId"],
                to=number,
                text=message["Message"],
                attributes={name: str(value.get("StringValue", "")) for name, value in attributes.items()},
            )


def _emails(answer: Mapping[str, Any]) -> Iterator[InboxMessage]:
    for messages in answer["messages"].values():
        for message in messages:
            for address in (*message["To"], *message["CC"], *message["BCC"]):
                yield InboxMessage(
                    channel=Channel.EMAIL,
                    message_id=message["MessageId"],
                    to=address,
                    text=message["BodyText"] or message["BodyHtml"] or "",
                    subject=message["Subject"],
                    html=message["BodyHtml"] or None,
                    received_at=datetime.fromtimestamp(message["Timestamp"], UTC),
                )


def _arrival(message: InboxMessage) -> datetime:
    return message.received_at or datetime.min.replace(tzinfo=UTC)


def _get(addresses: Addresses, path: str) -> dict[str, Any]:
    url = f"{addresses.endpoint_url}/_ministack/{path}"
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - http on loopback
            found: dict[str, Any] = json.load(answer)
            return found
    except (OSError, ValueError) as error:
        raise LaptopCloudError("ministack", f"its inbox does not answer: {error}") from error


def _masked(contact: str) -> str:
    name, at, domain = contact.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{contact[:3]}{'*' * max(len(contact) - 5, 0)}{contact[-2:]}"
