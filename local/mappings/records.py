"""Stream records as a function receives them."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams.type_defs import RecordTypeDef as DynamoDBRecord
    from mypy_boto3_kinesis.type_defs import RecordTypeDef as KinesisRecord

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One record on its way to a function."""

    sequence: str
    """Sequence number, unique and growing within its shard."""
    order_key: str
    """Records of one key are never delivered out of order: the partition key, or the item's keys."""
    arrived_at: float
    """Epoch seconds at which the stream took it."""
    body: str
    """The record as JSON, as it stands in the function's event."""


def kinesis_event(raw: KinesisRecord, shard_id: str, source_arn: str) -> JsonObject:
    """The `Records` entry that Lambda makes of a Kinesis record."""
    region, account = source_arn.split(":")[3:5]
    sequence = raw["SequenceNumber"]
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": raw["PartitionKey"],
            "sequenceNumber": sequence,
            "data": base64.b64encode(raw["Data"]).decode("ascii"),
            "approximateArrivalTimestamp": raw["ApproximateArrivalTimestamp"].timestamp(),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard_id}:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{account}:role/lambda-role",
        "awsRegion": region,
        "eventSourceARN": source_arn,
    }


def dynamodb_event(raw: DynamoDBRecord, source_arn: str) -> JsonObject:
    """The `Records` entry that Lambda makes of a DynamoDB stream record."""
    return {
        "eventID": raw["eventID"],
        "eventName": raw["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": source_arn.split(":")[3],
        "dynamodb": _plain(raw["dynamodb"]),
        "eventSourceARN": source_arn,
    }


def record_of(event: JsonObject) -> Record:
    """Take from an event what delivery needs to know of it."""
    body = json.dumps(event, separators=(",", ":"))
    if "kinesis" in event:
        kinesis = event["kinesis"]
        arrived_at = float(kinesis["approximateArrivalTimestamp"])
        return Record(kinesis["sequenceNumber"], kinesis["partitionKey"], arrived_at, body)
    change = event["dynamodb"]
    order_key = json.dumps(change["Keys"], sort_keys=True)
    return Record(change["SequenceNumber"], order_key, float(change["ApproximateCreationDateTime"]), body)


def filter_view(event: JsonObject) -> JsonObject:
    """What filter patterns look at: a DynamoDB event itself; of a Kinesis event its metadata and its decoded `data`.

    `data` is the JSON object it holds, else its text, else (not text) None, which no pattern for an object matches.
    """
    if "kinesis" not in event:
        return event
    view: JsonObject = {**event["kinesis"]}
    try:
        view["data"] = base64.b64decode(view["data"], validate=True).decode("utf-8")
        parsed = json.loads(view["data"])
    except UnicodeDecodeError:
        view["data"] = None
    except (ValueError, binascii.Error):
        return view
    else:
        if isinstance(parsed, dict):
            view["data"] = parsed
    return view


def _plain(value: Any) -> Any:
    """The JSON form of what boto3 parsed: moments as epoch seconds, bytes as base64."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value
