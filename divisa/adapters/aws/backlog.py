"""The backlog on SQS."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.adapters.wire import backlog_request_to_json
from divisa.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

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
        entries: Iterable[SendMessageBatchRequestEntryTypeDef] = (
            {"Id": str(shard), "MessageBody": backlog_request_to_json(pair, shard).decode()}
            for shard in dict.fromkeys(shards)
        )
        waiting = iter(entries)
        while batch := list(islice(waiting, MAX_ENTRIES)):
            self._send(batch)

    def _send(self, entries: list[SendMessageBatchRequestEntryTypeDef]) -> None:
        code, cause = "", None
        for _ in self._backoff.tries():
            try:
                answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
            except AWS_ERRORS as error:
                code, cause = code_of(error), error
                continue
            refused = {failed["Id"]: failed["Code"] for failed in answer.get("Failed", [])}
            if not refused:
                return
            entries = [entry for entry in entries if entry["Id"] in refused]
            code, cause = next(iter(refused.values())), None
        raise StoreUnavailable(f"the backlog did not take {len(entries)} requests after every retry: {code}") from cause
