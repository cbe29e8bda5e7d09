"""What a queue gave up on comes back to it, and nothing is deleted before it is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from divisa.adapters.aws.suggestions import suggestion_item
from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.domain.errors import LaptopCloudError, NotifierUnavailable
from divisa.services.publish_suggestions import PublishSuggestions
from local.redriving import announce_again, redrive
from tests.builders import WEDNESDAY, a_suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Announcement

QUEUE, DEAD = "http://sqs/0/email", "http://sqs/0/email-dlq"


class Queues:
    """SQS, as far as a redrive needs it."""

    def __init__(self, dead: int = 0, *, has_policy: bool = True, refuses_after: int | None = None) -> None:
        self.bodies = {QUEUE: list[str](), DEAD: [str(number) for number in range(dead)]}
        self.hidden: list[str] = []
        self.has_policy, self.refuses_after = has_policy, refuses_after

    def get_queue_attributes(self, **_: Any) -> Any:
        policy = json.dumps({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:email-dlq"})
        return {"Attributes": {"RedrivePolicy": policy}} if self.has_policy else {}

    def get_queue_url(self, QueueName: str) -> Any:
        assert QueueName == "email-dlq"
        return {"QueueUrl": DEAD}

    def receive_message(self, *, QueueUrl: str, MaxNumberOfMessages: int, WaitTimeSeconds: int, **_: Any) -> Any:
        assert WaitTimeSeconds > 0
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


class Stream:
    """The suggestions table's stream: records 100, 200 … of one shard, two a page; the first ones are forgotten."""

    def __init__(self, *images: dict[str, Any], forgotten: int = 0) -> None:
        self.records = [
            {"dynamodb": {"SequenceNumber": f"{number}00", "NewImage": image}} for number, image in enumerate(images, 1)
        ]
        self.forgotten = forgotten

    def get_shard_iterator(self, *, StreamArn: str, ShardId: str, ShardIteratorType: str, SequenceNumber: str) -> Any:
        assert (StreamArn, ShardId, ShardIteratorType) == ("arn:stream", "shard-1", "AT_SEQUENCE_NUMBER")
        position = int(SequenceNumber) // 100 - 1
        if position < self.forgotten:
            raise ClientError({"Error": {"Code": "TrimmedDataAccessException"}}, "GetShardIterator")
        return {"ShardIterator": str(position)}

    def get_records(self, *, ShardIterator: str) -> Any:
        position = int(ShardIterator)
        return {"Records": self.records[position : position + 2], "NextShardIterator": str(position + 2)}


def place(first: int, last: int) -> str:
    numbers = {"startSequenceNumber": f"{first}00", "endSequenceNumber": f"{last}00"}
    return json.dumps({"DDBStreamBatchInfo": {"streamArn": "arn:stream", "shardId": "shard-1", **numbers}})


def image_of(suggestion: Suggestion) -> dict[str, Any]:
    found: dict[str, Any] = suggestion_item(suggestion).serialize()
    return found


TOLD = [a_suggestion(suggestion_id=f"s-{number}") for number in range(5)]
HELD = a_suggestion(suggestion_id="s-held", channels=(), held_until=WEDNESDAY)


def given_up(*bodies: str) -> Queues:
    queues = Queues()
    queues.bodies[DEAD] += bodies
    return queues


def test_what_the_outbox_gave_up_on_is_announced_again_and_nothing_else_of_the_stream() -> None:
    stream = Stream(*map(image_of, TOLD[:2]), {"status": {"S": "pending"}}, image_of(HELD), *map(image_of, TOLD[2:]))
    queues, topic = given_up(place(2, 5)), MemorySuggestionTopic()
    found = announce_again(cast("Any", queues), cast("Any", stream), DEAD, PublishSuggestions(topic))
    assert found == (2, 0)
    assert [each.suggestion for each in topic.published] == [TOLD[1], TOLD[2]]
    assert queues.bodies[DEAD] == []


def test_what_the_stream_has_forgotten_is_left_and_the_others_are_announced() -> None:
    queues, topic = given_up(place(1, 1), place(3, 3)), MemorySuggestionTopic()
    stream = Stream(*map(image_of, TOLD), forgotten=2)
    assert announce_again(cast("Any", queues), cast("Any", stream), DEAD, PublishSuggestions(topic)) == (1, 1)
    assert [each.suggestion for each in topic.published] == [TOLD[2]]
    assert queues.bodies[DEAD] == [place(1, 1)]


def test_what_the_topic_does_not_take_stays_in_the_failure_queue() -> None:
    class Away(MemorySuggestionTopic):
        def publish(self, announcements: Sequence[Announcement]) -> None:
            raise NotifierUnavailable("the topic did not answer")

    queues = given_up(place(1, 1))
    with pytest.raises(NotifierUnavailable):
        announce_again(cast("Any", queues), cast("Any", Stream(image_of(TOLD[0]))), DEAD, PublishSuggestions(Away()))
    assert queues.bodies[DEAD] == [place(1, 1)]
