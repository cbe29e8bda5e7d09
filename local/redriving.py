"""Take back what was given up on: messages from a dead-letter queue, suggestions that the outbox did not announce."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from divisa.adapters.aws.suggestions import PENDING
from divisa.adapters.wire import suggestion_from_image
from divisa.domain.errors import InvalidInput, LaptopCloudError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_dynamodbstreams.client import DynamoDBStreamsClient
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

    from divisa.domain.suggestion import Suggestion
    from divisa.services.publish_suggestions import PublishSuggestions

_BATCH: Final = 10
_HIDDEN_SECONDS: Final = 60
_WAIT_SECONDS: Final = 1
"""SQS then asks all its servers: one that is asked at random may not have the message that is there."""
_FORGOTTEN: Final = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException"})


def redrive(sqs: SQSClient, queue_url: str) -> int:
    """Move every message of a queue's dead-letter queue back to the queue; returns how many.

    A message is sent before it is deleted: who dies in between leaves it in both, and consumers take it once.

    Raises:
        LaptopCloudError: the queue has no dead-letter queue.
        botocore.exceptions.ClientError: the service refused; what was moved stays moved.
    """
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["RedrivePolicy"]).get("Attributes", {})
    policy = json.loads(attributes.get("RedrivePolicy", "{}"))
    if "deadLetterTargetArn" not in policy:
        raise LaptopCloudError("redrive", f"{queue_url.rsplit('/', 1)[1]} has no dead-letter queue")
    dead_url = sqs.get_queue_url(QueueName=policy["deadLetterTargetArn"].rsplit(":", 1)[1])["QueueUrl"]
    moved = 0
    for message in _messages(sqs, dead_url):
        sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=message["Body"],
            MessageAttributes=message.get("MessageAttributes", {}),
        )
        sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])
        moved += 1
    return moved


def announce_again(
    sqs: SQSClient, streams: DynamoDBStreamsClient, failed_url: str, publish: PublishSuggestions
) -> tuple[int, int]:
    """Announce the suggestions that the outbox gave up on, as its failure queue names their places in the stream.

    A message is deleted when what it names was announced: who dies before that announces it once more, and a delivery
    is claimed before it is made. One that names what the stream has forgotten (after 24 hours) stays.

    Returns:
        How many suggestions were announced, and how many messages are left.

    Raises:
        NotifierUnavailable: the topic did not take them; what was announced is, and the others are still there.
        botocore.exceptions.ClientError: a service refused; as above.
    """
    announced = left = 0
    for message in _messages(sqs, failed_url):
        try:
            suggestions = list(_given_up(streams, json.loads(message["Body"])["DDBStreamBatchInfo"]))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _FORGOTTEN:
                raise
            left += 1
            continue
        announced += publish(suggestions)
        sqs.delete_message(QueueUrl=failed_url, ReceiptHandle=message["ReceiptHandle"])
    return announced, left


def _messages(sqs: SQSClient, url: str) -> Iterator[MessageTypeDef]:
    while messages := sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=_BATCH,
        VisibilityTimeout=_HIDDEN_SECONDS,
        WaitTimeSeconds=_WAIT_SECONDS,
        MessageAttributeNames=["All"],
    ).get("Messages"):
        yield from messages


def _given_up(streams: DynamoDBStreamsClient, place: Mapping[str, str]) -> Iterator[Suggestion]:
    """The suggestions to announce in a range of the stream; what is none was logged when it was met first."""
    last = int(place["endSequenceNumber"])
    iterator = streams.get_shard_iterator(
        StreamArn=place["streamArn"],
        ShardId=place["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=place["startSequenceNumber"],
    ).get("ShardIterator")
    while iterator:
        page = streams.get_records(ShardIterator=iterator)
        for record in page["Records"]:
            change = record["dynamodb"]
            if int(change["SequenceNumber"]) > last:
                return
            image = change.get("NewImage", {})
            if image.get("status") == {"S": PENDING}:
                with suppress(InvalidInput):
                    yield suggestion_from_image(image)
            if int(change["SequenceNumber"]) == last:
                return
        iterator = page.get("NextShardIterator")
