"""Requests of botocore are told apart, and are refused or half done as AWS does it."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlencode

import pytest

from local.faults.calls import Call, conflicted, half_of, read_call, throttled


def signed(service: str, **more: str) -> dict[str, str]:
    scope = f"AWS4-HMAC-SHA256 Credential=test/20240328/us-east-1/{service}/aws4_request, SignedHeaders=host"
    return {"Authorization": scope, **more}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "service", "operation"),
    [
        (
            "POST",
            "/",
            signed("dynamodb", **{"X-Amz-Target": "DynamoDB_20120810.GetItem"}),
            b"{}",
            "dynamodb",
            "GetItem",
        ),
        ("POST", "/", signed("sns"), b"Action=PublishBatch&Version=2010-03-31", "sns", "PublishBatch"),
        ("POST", "/v2/email/outbound-emails", signed("ses"), b"{}", "ses", "SendEmail"),
        ("POST", "/endpoints/divisa/invocations", signed("sagemaker"), b"\x93NUMPY", "sagemaker", "InvokeEndpoint"),
        ("PUT", "/bucket/key", signed("s3"), b"x", "s3", "PutObject"),
        ("GET", "/ping?a=1", {}, b"", "unsigned", "GET /ping"),
    ],
)
def test_a_request_tells_its_service_and_operation(
    method: str, path: str, headers: dict[str, str], body: bytes, service: str, operation: str
) -> None:
    assert read_call("f", method, path, headers, body) == Call("f", service, operation)


@pytest.mark.parametrize(
    ("service", "status", "code"),
    [
        ("dynamodb", 400, "ProvisionedThroughputExceededException"),
        ("ses", 429, "TooManyRequestsException"),
        ("s3", 503, "SlowDown"),
        ("sns", 400, "Throttling"),
        ("ssm", 400, "ThrottlingException"),
    ],
)
def test_each_service_refuses_in_its_own_words(service: str, status: int, code: str) -> None:
    answer = throttled(Call("f", service, "Any"))
    assert answer.status == status
    assert code.encode() in answer.body


def test_a_transaction_in_conflict_names_a_reason_for_each_item() -> None:
    answer = json.loads(conflicted(json.dumps({"TransactItems": [{}, {}, {}]}).encode()).body)
    assert answer["__type"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in answer["CancellationReasons"]] == ["TransactionConflict", "None", "None"]


def test_half_of_a_read_is_done_and_the_other_half_is_named_unprocessed() -> None:
    keys = [{"k": {"S": str(number)}} for number in range(3)]
    asked = {"RequestItems": {"t": {"Keys": keys, "ConsistentRead": True}}}
    half = half_of(Call("f", "dynamodb", "BatchGetItem"), json.dumps(asked).encode())
    assert half is not None
    assert json.loads(half.body)["RequestItems"]["t"]["Keys"] == keys[:2]
    answer = json.loads(half.complete(b'{"Responses": {"t": []}, "UnprocessedKeys": {}}'))
    assert answer["UnprocessedKeys"] == {"t": {"Keys": keys[2:], "ConsistentRead": True}}


@pytest.mark.parametrize(
    ("operation", "name", "answered", "count"),
    [
        ("PutRecords", "Records", "Records", "FailedRecordCount"),
        ("PutRecordBatch", "Records", "RequestResponses", "FailedPutCount"),
    ],
)
def test_half_of_the_records_are_put_and_the_others_have_failed(
    operation: str, name: str, answered: str, count: str
) -> None:
    half = half_of(Call("f", "kinesis", operation), json.dumps({name: [{"n": 1}, {"n": 2}]}).encode())
    assert half is not None
    assert json.loads(half.body)[name] == [{"n": 1}]
    answer = json.loads(half.complete(json.dumps({answered: [{"ok": 1}], count: 0}).encode()))
    assert answer[count] == 1
    assert answer[answered][0] == {"ok": 1}
    assert answer[answered][1]["ErrorCode"] == "InternalFailure"


def test_half_of_the_messages_of_a_queue_are_sent_and_the_others_have_failed() -> None:
    entries = [{"Id": "a"}, {"Id": "b"}]
    half = half_of(Call("f", "sqs", "SendMessageBatch"), json.dumps({"Entries": entries}).encode())
    assert half is not None
    assert [each["Id"] for each in json.loads(half.complete(b'{"Successful": []}'))["Failed"]] == ["b"]


def test_half_of_the_announcements_of_a_topic_are_published_and_the_others_have_failed() -> None:
    fields = [("Action", "PublishBatch"), ("TopicArn", "arn")]
    for number, name in ((1, "a"), (2, "b"), (3, "c")):
        fields += [(f"PublishBatchRequestEntries.member.{number}.{key}", name) for key in ("Id", "Message")]
    half = half_of(Call("f", "sns", "PublishBatch"), urlencode(fields).encode())
    assert half is not None
    assert [value for key, value in parse_qsl(half.body.decode()) if key.endswith(".Id")] == ["a", "b"]
    answer = half.complete(b"<PublishBatchResult><Successful/><Failed/></PublishBatchResult>").decode()
    assert answer.count("<Failed>") == 1
    assert "<Id>c</Id>" in answer


def test_what_is_one_thing_has_no_half() -> None:
    one = {"RequestItems": {"t": {"Keys": [{"k": {"S": "1"}}]}}}
    assert half_of(Call("f", "dynamodb", "BatchGetItem"), json.dumps(one).encode()) is None
    assert half_of(Call("f", "dynamodb", "GetItem"), b"{}") is None
    assert half_of(Call("f", "sns", "PublishBatch"), b"Action=PublishBatch") is None
