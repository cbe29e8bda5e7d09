"""What a queue gave up on comes back to it, and nothing is deleted before it is there."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from divisa.domain.errors import LaptopCloudError
from local.redriving import redrive

QUEUE, DEAD = "http://sqs/0/email", "http://sqs/0/email-dlq"


class Queues:
    """SQS, as far as a redrive needs it."""

    def __init__(self, dead: int, *, has_policy: bool = True, refuses_after: int | None = None) -> None:
        self.bodies = {QUEUE: list[str](), DEAD: [str(number) for number in range(dead)]}
        self.hidden: list[str] = []
        self.has_policy, self.refuses_after = has_policy, refuses_after

    def get_queue_attributes(self, **_: Any) -> Any:
        policy = json.dumps({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:email-dlq"})
        return {"Attributes": {"RedrivePolicy": policy}} if self.has_policy else {}

    def get_queue_url(self, QueueName: str) -> Any:
        assert QueueName == "email-dlq"
        return {"QueueUrl": DEAD}

    def receive_message(self, *, QueueUrl: str, MaxNumberOfMessages: int, **_: Any) -> Any:
        there = [body for body in self.bodies[QueueUrl] if body not in self.hidden][:MaxNumberOfMessages]
        self.hidden += there
        return {"Messages": [{"Body": body, "ReceiptHandle": body} for body in there]} if there else {}

    def send_message(self, *, QueueUrl: str, MessageBody: str, **_: Any) -> None:
        if self.refuses_after is not None and len(self.bodies[QUEUE]) >= self.refuses_after:
            raise ConnectionError
        self.bodies[QueueUrl].append(MessageBody)

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:
        self.bodies[QueueUrl].remove(ReceiptHandle)


def test_all_messages_come_back() -> None:
    queues = Queues(dead=23)
    assert redrive(cast("Any", queues), QUEUE) == 23
    assert queues.bodies[DEAD] == []
    assert sorted(map(int, queues.bodies[QUEUE])) == list(range(23))


def test_what_could_not_be_sent_stays_where_it_is() -> None:
    queues = Queues(dead=5, refuses_after=2)
    with pytest.raises(ConnectionError):
        redrive(cast("Any", queues), QUEUE)
    assert sorted(queues.bodies[DEAD] + queues.bodies[QUEUE]) == ["0", "1", "2", "3", "4"]


def test_a_queue_without_a_dead_letter_queue_is_refused() -> None:
    with pytest.raises(LaptopCloudError, match="email has no dead-letter queue"):
        redrive(cast("Any", Queues(dead=1, has_policy=False)), QUEUE)
