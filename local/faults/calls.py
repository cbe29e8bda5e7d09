"""Which operation of AWS an HTTP request is, and the answers with which AWS refuses it or does half of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SCOPE: Final = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_ENTRY: Final = re.compile(r"PublishBatchRequestEntries\.(?:member|entry)\.(\d+)\.(.+)")
_JSON_LISTS: Final = {"SendMessageBatch": "Entries", "PutRecords": "Records", "PutRecordBatch": "Records"}
HALVES: Final = frozenset({"BatchGetItem", "BatchWriteItem", "PublishBatch", *_JSON_LISTS})
"""Operations on many things, of which AWS may do some and name the others."""
TRANSACTIONS: Final = frozenset({"TransactWriteItems"})
"""Operations that AWS cancels when another one is at the same items."""


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """One kind of await on the path: a function that asks a service for something."""

    function: str
    service: str
    operation: str

    def __str__(self) -> str:
        """As the table has it."""
        return f"{self.function}: {self.service}.{self.operation}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Half:
    """A request for the first half of what was asked for, and what makes its answer one to the whole."""

    body: bytes
    complete: Callable[[bytes], bytes]


def read_call(function: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Call:
    """The call that a signed request of botocore is."""
    scope = _SCOPE.search(headers.get("Authorization", ""))
    service = scope[1] if scope else "unsigned"
    if target := headers.get("X-Amz-Target"):
        return Call(function, service, target.rpartition(".")[2])
    if body.startswith(b"Action="):
        return Call(function, service, body[len(b"Action=") :].split(b"&", 1)[0].decode())
    known = {"sagemaker": "InvokeEndpoint", "ses": "SendEmail"}
    if service == "s3":
        return Call(function, service, f"{method.title()}Object")
    return Call(function, service, known.get(service, f"{method} {path.partition('?')[0]}"))


def throttled(call: Call) -> Answer:
    """How the service says that it takes no more at the moment."""
    if call.service in {"sns", "s3"}:
        code = "SlowDown" if call.service == "s3" else "Throttling"
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>Rate exceeded</Message></Error>"
        whole = error if call.service == "s3" else f"<ErrorResponse>{error}<RequestId>fault</RequestId></ErrorResponse>"
        return Answer(503 if call.service == "s3" else 400, whole.encode(), {"Content-Type": "text/xml"})
    code, status = {
        "dynamodb": ("ProvisionedThroughputExceededException", 400),
        "kinesis": ("ProvisionedThroughputExceededException", 400),
        "firehose": ("ServiceUnavailableException", 503),
        "ses": ("TooManyRequestsException", 429),
        "sagemaker": ("ThrottlingException", 400),
        "sqs": ("RequestThrottled", 400),
    }.get(call.service, ("ThrottlingException", 400))
    return _refused(status, code)


def conflicted(body: bytes) -> Answer:
    """How DynamoDB says that another transaction is at the same items."""
    items = len(json.loads(body).get("TransactItems", []))
    reasons = [{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}]
    reasons += [{"Code": "None"}] * max(0, items - 1)
    return _refused(400, "TransactionCanceledException", CancellationReasons=reasons)


def half_of(call: Call, body: bytes) -> Half | None:
    """The first half of a batch; None when it has no two."""
    if call.operation == "PublishBatch":
        return _half_of_form(body)
    if call.operation in {"BatchGetItem", "BatchWriteItem"}:
        return _half_of_tables(json.loads(body), call.operation)
    name = _JSON_LISTS.get(call.operation)
    return None if name is None else _half_of_list(json.loads(body), name, call.operation)


def _refused(status: int, code: str, **more: Any) -> Answer:
    body = json.dumps({"__type": code, "message": "Rate exceeded", "Message": "Rate exceeded", **more}).encode()
    return Answer(status, body, {"Content-Type": "application/x-amz-json-1.0", "x-amzn-ErrorType": code})


def _half_of_tables(asked: dict[str, Any], operation: str) -> Half | None:
    unprocessed = "UnprocessedKeys" if operation == "BatchGetItem" else "UnprocessedItems"
    kept: dict[str, Any] = {}
    left: dict[str, Any] = {}
    for table, wanted in asked["RequestItems"].items():
        entries = wanted["Keys"] if operation == "BatchGetItem" else wanted
        middle = (len(entries) + 1) // 2
        for part, into in ((entries[:middle], kept), (entries[middle:], left)):
            if part:
                into[table] = {**wanted, "Keys": part} if operation == "BatchGetItem" else part

    def complete(answer: bytes) -> bytes:
        return json.dumps({**json.loads(answer), unprocessed: left}).encode()

    return Half(json.dumps({**asked, "RequestItems": kept}).encode(), complete) if left else None


def _half_of_list(asked: dict[str, Any], name: str, operation: str) -> Half | None:
    entries = asked[name]
    kept, left = entries[: (len(entries) + 1) // 2], entries[(len(entries) + 1) // 2 :]

    def complete(answer: bytes) -> bytes:
        said = json.loads(answer)
        if operation == "SendMessageBatch":
            failed = [{"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in left]
            return json.dumps({**said, "Failed": [*said.get("Failed", []), *failed]}).encode()
        answers, count = (
            ("Records", "FailedRecordCount") if operation == "PutRecords" else ("RequestResponses", "FailedPutCount")
        )
        refused = [{"ErrorCode": "InternalFailure", "ErrorMessage": "Internal service failure"}] * len(left)
        return json.dumps({**said, answers: [*said[answers], *refused], count: said.get(count, 0) + len(left)}).encode()

    return Half(json.dumps({**asked, name: kept}).encode(), complete) if left else None


def _half_of_form(body: bytes) -> Half | None:
    fields = parse_qsl(body.decode(), keep_blank_values=True)
    numbers = sorted({int(match[1]) for key, _ in fields if (match := _ENTRY.fullmatch(key))})
    left = set(numbers[(len(numbers) + 1) // 2 :])
    if not left:
        return None

    def is_left(key: str) -> bool:
        match = _ENTRY.fullmatch(key)
        return match is not None and int(match[1]) in left

    ids = [value for key, value in fields if is_left(key) and key.endswith(".Id")]
    members = "".join(
        f"<member><Id>{each}</Id><Code>InternalFailure</Code><SenderFault>false</SenderFault></member>" for each in ids
    )
    failed = f"<Failed>{members}</Failed></PublishBatchResult>"

    def complete(answer: bytes) -> bytes:
        plain = re.sub(r"<Failed\s*/>|<Failed>\s*</Failed>", "", answer.decode())
        return plain.replace("</PublishBatchResult>", failed).encode()

    return Half(urlencode([(key, value) for key, value in fields if not is_left(key)]).encode(), complete)
