"""Telling the on-failure destination which records were given up."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from divisa.domain.errors import LaptopCloudError

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping

    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient

    from local.mappings.delivery import Discarded
    from local.mappings.mapping import Mapping

_BATCH_INFO: AnyMapping[str, str] = {"kinesis": "KinesisBatchInfo", "dynamodb": "DDBStreamBatchInfo"}


def failure_document(mapping: Mapping, shard_id: str, discarded: Discarded, now: float) -> dict[str, Any]:
    """The message body that AWS documents for discarded stream records: where they are, never what they hold.

    Args:
        mapping: whose records they are.
        shard_id: the shard they are in.
        discarded: the records and why they were given up.
        now: epoch seconds.
    """
    first, last = discarded.records[0], discarded.records[-1]
    document: dict[str, Any] = {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": mapping.function_arn,
            "condition": discarded.condition.value,
            "approximateInvokeCount": discarded.invocations,
        },
    }
    answer = discarded.last_answer
    if answer is not None:
        document["responseContext"] = {
            "statusCode": answer.status_code,
            "executedVersion": answer.executed_version,
            "functionError": answer.function_error,
        }
    document["version"] = "1.0"
    document["timestamp"] = _iso(now)
    document[_BATCH_INFO[mapping.service]] = {
        "shardId": shard_id,
        "startSequenceNumber": first.sequence,
        "endSequenceNumber": last.sequence,
        "approximateArrivalOfFirstRecord": _iso(first.arrived_at),
        "approximateArrivalOfLastRecord": _iso(last.arrived_at),
        "batchSize": len(discarded.records),
        "streamArn": mapping.source_arn,
    }
    return document


def send_failure(sqs: SQSClient, sns: SNSClient, destination: str, document: AnyMapping[str, Any]) -> None:
    """Put a failure document on the queue or the topic that an ARN names.

    Raises:
        LaptopCloudError: the ARN is neither a queue's nor a topic's.
        botocore.exceptions.ClientError: the destination refused it.
    """
    service, name = destination.split(":")[2], destination.split(":")[-1]
    body = json.dumps(document)
    if service == "sqs":
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=body)
    elif service == "sns":
        sns.publish(TopicArn=destination, Message=body)
    else:
        raise LaptopCloudError("mappings", f"on-failure destination {destination} is neither a queue nor a topic")


def _iso(moment: float) -> str:
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
