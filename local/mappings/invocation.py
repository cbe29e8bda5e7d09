"""Calling the function of a mapping and reading its answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, HTTPClientError

from divisa.domain.errors import LaptopCloudError
from local.mappings.delivery import Answer, FunctionBusy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_lambda.client import LambdaClient

    from local.mappings.mapping import Mapping
    from local.mappings.records import Record


class FunctionGone(LaptopCloudError):
    """The function of a mapping does not exist (any more)."""

    def __init__(self, function_arn: str) -> None:
        super().__init__("mappings", f"function {function_arn} does not exist")


def lowest_failure(payload: bytes, sequences: Sequence[str]) -> int | None:
    """Where a function that reports item failures says that its batch failed.

    As AWS documents it: no answer, null, or an empty list is success; an answer that cannot be read, an empty or
    unknown identifier is the failure of the whole batch.

    Args:
        payload: what the function returned.
        sequences: sequence numbers of the batch, in order.

    Returns:
        Index of the first record to deliver again, or None when all are handled.

    >>> lowest_failure(b'{"batchItemFailures": [{"itemIdentifier": "b"}]}', ["a", "b", "c"])
    1
    """
    try:
        answer = json.loads(payload or b"null")
        failures = (answer or {}).get("batchItemFailures") or []
        identifiers = [failure["itemIdentifier"] for failure in failures]
    except (ValueError, AttributeError, KeyError, TypeError):
        return 0
    if not identifiers:
        return None
    places = {sequence: place for place, sequence in enumerate(sequences)}
    return min(places.get(identifier, 0) if isinstance(identifier, str) else 0 for identifier in identifiers)


def invoke(client: LambdaClient, mapping: Mapping, records: Sequence[Record]) -> Answer:
    """Deliver records to the mapping's function and wait for its answer.

    Raises:
        FunctionBusy: the function was not started; trying again is no retry.
        FunctionGone: there is no such function.
    """
    event = '{"Records":[' + ",".join(record.body for record in records) + "]}"
    try:
        response = client.invoke(FunctionName=mapping.function_arn, Payload=event.encode())
        payload = response["Payload"].read()
    except ClientError as cause:
        if cause.response["Error"]["Code"] == "ResourceNotFoundException":
            raise FunctionGone(mapping.function_arn) from cause
        raise FunctionBusy(f"{mapping.function_arn} was not invoked: {cause}") from cause
    except HTTPClientError as cause:
        raise FunctionBusy(f"{mapping.function_arn} was not invoked: {cause}") from cause
    status, version = response["StatusCode"], response.get("ExecutedVersion", "$LATEST")
    error = response.get("FunctionError")
    if error:
        return Answer(0, error, status, version)
    if not mapping.reports_item_failures:
        return Answer(None, None, status, version)
    return Answer(lowest_failure(payload, [record.sequence for record in records]), None, status, version)
