from __future__ import annotations

from threading import Semaphore

import pytest

from divisa.domain.errors import LaptopCloudError
from divisa.domain.recipient import Channel
from local import inbox
from local.addresses import Addresses
from local.inbox import InboxMessage
from local.processes import free_port


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("+525512345678", "+52********78"),
        ("+15551234", "+15****34"),
        ("maria.lopez@example.com", "m***@example.com"),
    ],
)
def test_a_masked_message_tells_recipients_apart_and_does_not_reach_them(contact: str, shown: str) -> None:
    message = InboxMessage(channel=Channel.SMS, message_id="1", to=contact, text="Compra")
    assert message.masked().to == shown
    assert message.masked().text == "Compra"


TO_ANA = InboxMessage(Channel.SMS, "m-1", "+525512345678", "Vende")
TO_EVA = InboxMessage(Channel.EMAIL, "m-2", "eva@example.com", "Sell")
NOWHERE = Addresses("http://127.0.0.1:9")


class Mailbox:
    """Inboxes that fill up, and do not always answer; tells when they were looked into."""

    def __init__(self, *messages: InboxMessage) -> None:
        self.messages = list(messages)
        self.failures = 0
        self._looks = Semaphore(0)

    def read(self, _: object) -> list[InboxMessage]:
        self._looks.release()
        if self.failures:
            self.failures -= 1
            raise LaptopCloudError("ministack", "its inbox does not answer")
        return list(self.messages)

    def await_looks(self, count: int) -> None:
        for _ in range(count):
            assert self._looks.acquire(timeout=30)


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    box = Mailbox(TO_ANA)
    monkeypatch.setattr(inbox, "read", box.read)
    return box


def test_whoever_watches_is_told_each_message_once(mailbox: Mailbox) -> None:
    told: list[InboxMessage] = []
    with inbox.watched(NOWHERE, told.extend, every=0.001):
        mailbox.await_looks(3)
        mailbox.messages.append(TO_EVA)
        mailbox.await_looks(3)

    assert told == [TO_ANA, TO_EVA]


def test_the_last_messages_are_told_at_the_end(mailbox: Mailbox) -> None:
    told: list[InboxMessage] = []
    with inbox.watched(NOWHERE, told.extend, every=60.0):
        assert not told

    assert told == [TO_ANA]


def test_a_look_that_fails_is_left_to_the_next_one(mailbox: Mailbox) -> None:
    told: list[InboxMessage] = []
    mailbox.failures = 2
    with inbox.watched(NOWHERE, told.extend, every=0.001):
        mailbox.await_looks(4)

    assert told == [TO_ANA]


def test_when_nobody_answers_the_part_is_named() -> None:
    with pytest.raises(LaptopCloudError, match="^ministack: its inbox does not answer: "):
        inbox.read(Addresses(f"http://127.0.0.1:{free_port()}"))
