"""How much of what a price broke is still waiting to be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from local.cloud import LaptopCloud


def waiting(cloud: LaptopCloud) -> int:
    """Shards that wait to be worked off, those that a function is at included."""
    sqs = boto3.client("sqs", **cloud.addresses.client_settings("sqs"))
    try:
        found = sqs.get_queue_attributes(QueueUrl=cloud.deployment.backlog_queue_url, AttributeNames=["All"])[
            "Attributes"
        ]
    finally:
        sqs.close()
    return int(found["ApproximateNumberOfMessages"]) + int(found["ApproximateNumberOfMessagesNotVisible"])
