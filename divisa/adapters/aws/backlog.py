"""The backlog on SQS."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.sending import send_all
from divisa.adapters.wire import backlog_request_to_json
from divisa.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef as _Entry

    from divisa.domain.pair import Pair

MAX_ENTRIES: Final = 10
"""Messages that SendMessageBatch takes."""


class SqsBacklog:
    """A `Backlog` on one queue."""

    def __init__(self, client: SQSClient, queue_url: str, *, backoff: Backoff | None = None) -> None:
        self._client = client
        self._queue_url = queue_url
        self._backoff = backoff or Backoff()

    def put(self, pair: Pair, shards: Iterable[int]) -> None:
        """Ask for shards to be worked off. Asking twice is harmless.

        Raises:
            StoreUnavailable: the queue did not take them all after every retry.
        """
        entries: Iterable[_Entry] = (
            {"Id": str(shard), "MessageBody": backlog_request_to_json(pair, shard).decode()}
            for shard in dict.fromkeys(shards)
        )
        waiting = iter(entries)
        while batch := list(islice(waiting, MAX_ENTRIES)):
            self._send(batch)

    def _send(self, entries: list[_Entry]) -> None:
        def send(waiting: list[_Entry]) -> Iterator[tuple[_Entry, str | None]]:
            answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=waiting)
            refused = {failed["Id"]: failed["Code"] for failed in answer.get("Failed", [])}
            return ((entry, refused.get(entry["Id"])) for entry in waiting)

        def give_up(left: int, code: str) -> StoreUnavailable:
            return StoreUnavailable(f"the backlog did not take {left} requests after every retry: {code}")

        send_all(entries, send, self._backoff, give_up)
