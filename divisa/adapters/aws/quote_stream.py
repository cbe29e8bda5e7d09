"""The quote stream on Kinesis, packed as the Kinesis Producer Library does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from divisa.adapters.aws import kpl
from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.records import put_in_order
from divisa.adapters.wire import quote_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_kinesis import KinesisClient

    from divisa.domain.quote import Quote

MAX_RECORD_BYTES: Final = 256 * 1024
"""A shard takes 1 MiB a second: a record that fills it alone would be throttled at every hiccup, a quarter passes."""


class KinesisQuoteStream:
    """A `QuoteStream` on one Kinesis stream; the partition key is the pair."""

    def __init__(self, client: KinesisClient, stream_name: str, *, backoff: Backoff | None = None) -> None:
        self._client = client
        self._stream_name = stream_name
        self._backoff = backoff or Backoff()

    def publish(self, quotes: Iterable[Quote]) -> int:
        """Append quotes, in order per pair; returns how many.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """
        by_pair: dict[str, list[bytes]] = {}
        for quote in quotes:
            by_pair.setdefault(str(quote.pair), []).append(quote_to_json(quote))
        records = {
            pair: kpl.aggregate(pair, payloads, max_bytes=MAX_RECORD_BYTES) for pair, payloads in by_pair.items()
        }
        put_in_order(self._client, self._stream_name, records, self._backoff)
        return sum(map(len, by_pair.values()))
