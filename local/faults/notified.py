"""Notifications that SNS was asked for: of them MiniStack keeps no inbox, so who hands the requests on keeps one."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from divisa.domain.recipient import Channel
from local.inbox import InboxMessage

if TYPE_CHECKING:
    from local.faults.calls import Answer, Call

_MESSAGE_ID: Final = re.compile(rb"<MessageId>([^<]+)</MessageId>")


def notification_of(call: Call, body: bytes, answer: Answer) -> InboxMessage | None:
    """The notification that a request has sent to a device; None when it was none, or was not taken."""
    if (call.service, call.operation) != ("sns", "Publish") or answer.status != HTTPStatus.OK:
        return None
    asked = parse_qs(body.decode())
    taken = _MESSAGE_ID.search(answer.body)
    if "TargetArn" not in asked or taken is None:
        return None
    return InboxMessage(Channel.PUSH, taken[1].decode(), asked["TargetArn"][0], asked["Message"][0])
