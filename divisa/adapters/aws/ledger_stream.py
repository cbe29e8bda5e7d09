"""The ledger stream on Kinesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.records import put_in_order
from divisa.adapters.wire import entry_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_kinesis import KinesisClient

    from divisa.domain.ledger import LedgerEntry


class KinesisLedgerStream:
    """A `LedgerStream` on one Kinesis stream, one entry a record as JSON; the partition key is the user."""

    def __init__(self, client: KinesisClient, stream_name: str, *, backoff: Backoff | None = None) -> None:
        self._client = client
        self._stream_name = stream_name
        self._backoff = backoff or Backoff()

    def publish(self, entries: Iterable[LedgerEntry]) -> int:
        """Append entries, in order per user; returns how many.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """
        by_user: dict[str, list[bytes]] = {}
        for entry in entries:
            by_user.setdefault(entry.transaction.user_id, []).append(entry_to_json(entry))
        put_in_order(self._client, self._stream_name, by_user, self._backoff)
        return sum(map(len, by_user.values()))
