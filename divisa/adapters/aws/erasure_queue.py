"""The queue of erasures on SQS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.adapters.wire import erasure_request_to_json
from divisa.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsErasureQueue:
    """An `ErasureQueue` on one queue, whose own delay is what makes a request come later."""

    def __init__(self, client: SQSClient, queue_url: str, *, backoff: Backoff | None = None) -> None:
        self._client = client
        self._queue_url = queue_url
        self._backoff = backoff or Backoff()

    def put(self, user_id: str) -> None:
        """Ask for a person's erasure. Asking twice is harmless.

        Raises:
            StoreUnavailable: the queue did not take it after every retry.
        """
        body, failure = erasure_request_to_json(user_id).decode(), None
        for _ in self._backoff.tries():
            try:
                self._client.send_message(QueueUrl=self._queue_url, MessageBody=body)
            except AWS_ERRORS as error:
                failure = error
                continue
            return
        code = code_of(failure) if failure else "no answer"
        raise StoreUnavailable(f"the queue of erasures: {code}") from failure
