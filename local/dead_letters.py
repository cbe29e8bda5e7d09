"""What the channels' queues gave up on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import boto3

from divisa.adapters.wire import suggestion_from_json
from divisa.domain.errors import InvalidInput
from divisa.domain.recipient import Channel

if TYPE_CHECKING:
    from local.cloud import LaptopCloud

_BATCH: Final = 10
_HIDDEN_SECONDS: Final = 5
"""A message that was looked at stays out of sight for so long, so that the next look finds others."""


def read(cloud: LaptopCloud) -> set[tuple[str, Channel]]:
    """Suggestion and channel of every message in a dead-letter queue; messages that are no suggestion are left out."""
    deployment = cloud.deployment
    queues = {
        Channel.PUSH: deployment.push_dead_letter_queue_url,
        Channel.SMS: deployment.sms_dead_letter_queue_url,
        Channel.EMAIL: deployment.email_dead_letter_queue_url,
    }
    sqs = boto3.client("sqs", **cloud.addresses.client_settings("sqs"))
    found: set[tuple[str, Channel]] = set()
    try:
        for channel, url in queues.items():
            while messages := sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=_BATCH, VisibilityTimeout=_HIDDEN_SECONDS
            ).get("Messages"):
                for message in messages:
                    try:
                        found.add((suggestion_from_json(message["Body"]).suggestion_id, channel))
                    except InvalidInput:
                        continue
    finally:
        sqs.close()
    return found
