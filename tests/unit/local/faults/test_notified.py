"""Requests for notifications are told apart from other requests to SNS."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from divisa.domain.recipient import Channel
from local.faults.calls import Answer, Call
from local.faults.notified import notification_of
from local.inbox import InboxMessage

PUBLISH = Call("push", "sns", "Publish")
TAKEN = Answer(200, b"<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>")
BODY = {"Action": "Publish", "TargetArn": "arn:endpoint", "Message": "words"}


def test_what_goes_to_an_endpoint_and_was_taken_is_a_notification() -> None:
    found = notification_of(PUBLISH, urlencode(BODY).encode(), TAKEN)
    assert found == InboxMessage(Channel.PUSH, "m-1", "arn:endpoint", "words")


@pytest.mark.parametrize(
    ("call", "body", "answer"),
    [
        (PUBLISH, {"Action": "Publish", "PhoneNumber": "+525512345678", "Message": "words"}, TAKEN),
        (PUBLISH, BODY, Answer(400, b"<MessageId>m-1</MessageId>")),
        (PUBLISH, BODY, Answer(200, b"")),
        (Call("outbox", "sns", "PublishBatch"), BODY, TAKEN),
        (Call("push", "dynamodb", "Publish"), BODY, TAKEN),
    ],
)
def test_everything_else_is_none(call: Call, body: dict[str, str], answer: Answer) -> None:
    assert notification_of(call, urlencode(body).encode(), answer) is None
