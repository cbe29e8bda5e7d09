"""The decision log on Firehose, which carries it to the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.sending import send_all
from divisa.adapters.wire.decision import decision_to_json
from divisa.domain.errors import StreamUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_firehose.type_defs import RecordTypeDef

    from divisa.domain.decision import DecisionRecord

MAX_RECORD_BYTES: Final = 500_000
"""Lines travel many in a record, since Firehose bills each record as 5 KB or more; it takes 1,000 KiB."""
MAX_REQUEST_BYTES: Final = 4_000_000
MAX_REQUEST_RECORDS: Final = 500
"""Limits of PutRecordBatch."""


class FirehoseDecisionLog:
    """A `DecisionLog` on one delivery stream, a line of JSON a decision."""

    def __init__(self, client: FirehoseClient, stream_name: str, *, backoff: Backoff | None = None) -> None:
        """The client itself must not retry. Tries are few, since a price waits for whoever decides about it."""
        self._client = client
        self._stream_name = stream_name
        self._backoff = backoff or Backoff(attempts=2, base=0.1)

    def write(self, records: Sequence[DecisionRecord]) -> None:
        """Append records.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """
        for request in _requests(_packed(decision_to_json(record) + b"\n" for record in records)):
            send_all(request, self._put, self._backoff, _given_up)

    def _put(self, entries: list[RecordTypeDef]) -> Iterator[tuple[RecordTypeDef, str | None]]:
        answer = self._client.put_record_batch(DeliveryStreamName=self._stream_name, Records=entries)
        return ((e, r.get("ErrorCode")) for e, r in zip(entries, answer["RequestResponses"], strict=True))


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines joined to records of at most MAX_RECORD_BYTES; a longer line is a record of its own."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        if held and size + len(line) > MAX_RECORD_BYTES:
            yield b"".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line)
    if held:
        yield b"".join(held)


def _requests(records: Iterable[bytes]) -> Iterator[list[RecordTypeDef]]:
    """Records in as few requests as take them."""
    entries: list[RecordTypeDef] = []
    size = 0
    for record in records:
        if entries and (size + len(record) > MAX_REQUEST_BYTES or len(entries) == MAX_REQUEST_RECORDS):
            yield entries
            entries, size = [], 0
        entries.append({"Data": record})
        size += len(record)
    if entries:
        yield entries


def _given_up(left: int, code: str) -> StreamUnavailable:
    return StreamUnavailable(f"{left} records of decisions were refused after every retry: {code}")
