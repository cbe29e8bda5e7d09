from __future__ import annotations

import pytest

from divisa.domain.recipient import Channel
from local.inbox import InboxMessage


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
