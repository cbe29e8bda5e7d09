"""Records put into a Kinesis stream in the order of their key."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.sending import send_all
from divisa.domain.errors import StreamUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef

    from divisa.adapters.aws.backoff import Backoff

MAX_REQUEST_RECORDS: Final = 500
MAX_REQUEST_BYTES: Final = 5 * 1024 * 1024
"""Limits of PutRecords, keys included."""


def put_in_order(
    client: KinesisClient, stream_name: str, records: Mapping[str, Iterable[bytes]], backoff: Backoff
) -> None:
    """Put records, those of one partition key in their order.

    PutRecords goes on after a record that it refuses, so a request never carries two records of one key: the next one
    follows when the one before it was taken.

    Args:
        client: without retries of its own.
        stream_name: which stream.
        records: data by partition key.
        backoff: how often to try what was refused.

    Raises:
        StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
    """

    def put(entries: list[PutRecordsRequestEntryTypeDef]) -> Iterator[tuple[PutRecordsRequestEntryTypeDef, str | None]]:
        answer = client.put_records(StreamName=stream_name, Records=entries)
        return ((e, r.get("ErrorCode")) for e, r in zip(entries, answer["Records"], strict=True))

    def give_up(left: int, code: str) -> StreamUnavailable:
        return StreamUnavailable(f"{left} records were refused after every retry: {code}")

    waiting = {key: queue for key, of_key in records.items() if (queue := deque(of_key))}
    while waiting:
        wave = _heads(waiting)
        send_all(wave, put, backoff, give_up)
        for entry in wave:
            key = entry["PartitionKey"]
            waiting[key].popleft()
            if not waiting[key]:
                del waiting[key]


def _heads(waiting: Mapping[str, deque[bytes]]) -> list[PutRecordsRequestEntryTypeDef]:
    """The next record of as many keys as fit into one request."""
    entries: list[PutRecordsRequestEntryTypeDef] = []
    size = 0
    for key, records in waiting.items():
        size += len(key) + len(records[0])
        if entries and (size > MAX_REQUEST_BYTES or len(entries) == MAX_REQUEST_RECORDS):
            break
        entries.append({"Data": records[0], "PartitionKey": key})
    return entries
