"""Take messages back from a dead-letter queue to the queue that gave up on them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import LaptopCloudError

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

_BATCH: Final = 10
_HIDDEN_SECONDS: Final = 60


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
    while messages := sqs.receive_message(
        QueueUrl=dead_url, MaxNumberOfMessages=_BATCH, VisibilityTimeout=_HIDDEN_SECONDS, MessageAttributeNames=["All"]
    ).get("Messages"):
        for message in messages:
            sqs.send_message(
                QueueUrl=queue_url,
                MessageBody=message["Body"],
                MessageAttributes=message.get("MessageAttributes", {}),
            )
            sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved
