from __future__ import annotations

from local.mappings.delivery import Answer, Condition, Discarded
from local.mappings.failures import failure_document
from local.mappings.mapping import Mapping
from tests.unit.local.mappings.builders import a_record

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:quotes"
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/quotes"
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/suggestions/stream/2026-01-01T00:00:00.000"


def test_the_document_is_the_one_that_aws_documents() -> None:
    mapping = Mapping("id", STREAM, FUNCTION)
    given_up = [a_record(1, arrived_at=0.25, body="secret"), a_record(2, arrived_at=1.5, body="secret")]
    discarded = Discarded(Condition.RETRIES_EXHAUSTED, given_up, 3, Answer(0, "Unhandled"))

    document = failure_document(mapping, "shardId-0", discarded, now=2.0)

    assert document["requestContext"].pop("requestId")
    assert document == {
        "requestContext": {
            "functionArn": FUNCTION,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "1970-01-01T00:00:02.000Z",
        "KinesisBatchInfo": {
            "shardId": "shardId-0",
            "startSequenceNumber": "0000000001",
            "endSequenceNumber": "0000000002",
            "approximateArrivalOfFirstRecord": "1970-01-01T00:00:00.250Z",
            "approximateArrivalOfLastRecord": "1970-01-01T00:00:01.500Z",
            "batchSize": 2,
            "streamArn": STREAM,
        },
    }


def test_a_record_too_old_to_be_tried_has_no_response() -> None:
    discarded = Discarded(Condition.TOO_OLD, [a_record(1)], 0, None)

    document = failure_document(Mapping("id", TABLE, FUNCTION), "shardId-0", discarded, now=2.0)

    assert document["requestContext"]["condition"] == "RecordAgeExceeded"
    assert "responseContext" not in document
    assert document["DDBStreamBatchInfo"]["streamArn"] == TABLE
