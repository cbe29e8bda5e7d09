"""The quote stream on Kinesis, packed as the Kinesis Producer Library does."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws import kpl
from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.adapters.wire import quote_to_json
from divisa.domain.errors import StreamUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef

    from divisa.domain.quote import Quote

MAX_RECORD_BYTES: Final = 256 * 1024
"""A shard takes 1 MiB a second: a record that fills it alone would be throttled at every hiccup, a quarter passes."""
MAX_REQUEST_RECORDS: Final = 500
MAX_REQUEST_BYTES: Final = 5 * 1024 * 1024
"""Limits of PutRecords, keys included."""


class KinesisQuoteStream:
    """A `QuoteStream` on one Kinesis stream; the partition key is the pair."""

    def __init__(self, client: KinesisClient, stream_name: str, *, backoff: Backoff | None = None) -> None:
        self._client = client
        self._stream_name = stream_name
        self._backoff = backoff or Backoff()

    def publish(self, quotes: Iterable[Quote]) -> int:
        """Append quotes, in order per pair; returns how many.

        PutRecords goes on after a record that it refuses, so a request never carries two records of one pair: the
        next one follows when the one before it was taken.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """
        by_pair: dict[str, list[bytes]] = {}
        for quote in quotes:
            by_pair.setdefault(str(quote.pair), []).append(quote_to_json(quote))
        waiting = {
            pair: deque(kpl.aggregate(pair, payloads, max_bytes=MAX_RECORD_BYTES)) for pair, payloads in by_pair.items()
        }
        while waiting:
            wave = _heads(waiting)
            self._put(wave)
            for entry in wave:
                pair = entry["PartitionKey"]
                waiting[pair].popleft()
                if not waiting[pair]:
                    del waiting[pair]
        return sum(map(len, by_pair.values()))

    def _put(self, entries: list[PutRecordsRequestEntryTypeDef]) -> None:
        """Put every entry; only those that were refused are tried again."""
        code, cause = "", None
        for _ in self._backoff.tries():
            try:
                answer = self._client.put_records(StreamName=self._stream_name, Records=entries)
            except AWS_ERRORS as error:
                code, cause = code_of(error), error
                continue
            refused = [(e, r) for e, r in zip(entries, answer["Records"], strict=True) if r.get("ErrorCode")]
            if not refused:
                return
            entries, code, cause = [entry for entry, _ in refused], refused[0][1]["ErrorCode"], None
        raise StreamUnavailable(f"{len(entries)} records were refused after every retry: {code}") from cause


def _heads(waiting: dict[str, deque[bytes]]) -> list[PutRecordsRequestEntryTypeDef]:
    """The next record of as many pairs as fit into one request."""
    entries: list[PutRecordsRequestEntryTypeDef] = []
    size = 0
    for pair, records in waiting.items():
        size += len(pair) + len(records[0])
        if entries and (size > MAX_REQUEST_BYTES or len(entries) == MAX_REQUEST_RECORDS):
            break
        entries.append({"Data": records[0], "PartitionKey": pair})
    return entries
