from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, cast

from local.mappings.records import dynamodb_event, filter_view, kinesis_event, record_of

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/quotes"
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/suggestions/stream/1"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def a_kinesis_event(data: bytes) -> dict[str, Any]:
    raw = {
        "SequenceNumber": "7",
        "PartitionKey": "USD/MXN",
        "Data": data,
        "ApproximateArrivalTimestamp": NOON,
    }
    return kinesis_event(cast("Any", raw), "shardId-0", STREAM)


def test_a_kinesis_record_becomes_what_lambda_sends() -> None:
    event = a_kinesis_event(b'{"bid":"17"}')

    assert event["eventID"] == "shardId-0:7"
    assert event["eventSource"] == "aws:kinesis"
    assert event["eventSourceARN"] == STREAM
    assert event["kinesis"]["data"] == "eyJiaWQiOiIxNyJ9"
    record = record_of(event)
    assert (record.sequence, record.order_key, record.arrived_at) == ("7", "USD/MXN", NOON.timestamp())
    assert json.loads(record.body) == event


def test_filters_see_json_as_json_text_as_text_and_bytes_not_at_all() -> None:
    assert filter_view(a_kinesis_event(b'{"bid":"17"}'))["data"] == {"bid": "17"}
    assert filter_view(a_kinesis_event(b"tick"))["data"] == "tick"
    assert filter_view(a_kinesis_event(b"\xf3\x89\x9a\xc2"))["data"] is None
    assert filter_view(a_kinesis_event(b"tick"))["partitionKey"] == "USD/MXN"


def test_a_table_change_becomes_what_lambda_sends() -> None:
    raw = {
        "eventID": "e1",
        "eventName": "INSERT",
        "dynamodb": {
            "Keys": {"user_id": {"S": "u1"}, "suggestion_id": {"S": "s1"}},
            "NewImage": {"raw": {"B": b"\x00\xff"}, "tags": {"BS": [b"a"]}},
            "SequenceNumber": "9",
            "ApproximateCreationDateTime": NOON,
        },
    }

    event = dynamodb_event(cast("Any", raw), TABLE)

    assert event["dynamodb"]["NewImage"] == {"raw": {"B": "AP8="}, "tags": {"BS": ["YQ=="]}}
    assert event["dynamodb"]["ApproximateCreationDateTime"] == NOON.timestamp()
    assert filter_view(event) is event
    assert record_of(event).sequence == "9"


def test_changes_of_one_item_share_an_order_key_however_their_keys_are_ordered() -> None:
    def change(keys: dict[str, Any]) -> str:
        dynamodb = {"Keys": keys, "SequenceNumber": "1", "ApproximateCreationDateTime": 0}
        return record_of({"dynamodb": dynamodb}).order_key

    assert change({"a": {"S": "1"}, "b": {"S": "2"}}) == change({"b": {"S": "2"}, "a": {"S": "1"}})
    assert change({"a": {"S": "1"}}) != change({"a": {"S": "2"}})
