"""The lake's doors for what the tables hold, on Firehose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.sending import send_all
from divisa.adapters.wire import suggestion_to_json
from divisa.adapters.wire.outcome import outcome_to_json
from divisa.domain.errors import StreamUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_firehose.type_defs import RecordTypeDef

    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion

MAX_REQUEST_RECORDS: Final = 500
"""Limit of PutRecordBatch. Its bytes are no limit here: 500 lines have less than one of its four MiB."""


class FirehoseLakeDoors:
    """`LakeDoors` on two delivery streams, a record a line; they put the line feeds behind."""

    def __init__(
        self, client: FirehoseClient, suggestions_stream: str, outcomes_stream: str, *, backoff: Backoff | None = None
    ) -> None:
        """The client itself must not retry."""
        self._client = client
        self._suggestions_stream = suggestions_stream
        self._outcomes_stream = outcomes_stream
        self._backoff = backoff or Backoff()

    def put_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """Hand suggestions in.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """
        self._put(self._suggestions_stream, [suggestion_to_json(each) for each in suggestions])

    def put_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Hand outcomes in; raises as above."""
        self._put(self._outcomes_stream, [outcome_to_json(each) for each in outcomes])

    def _put(self, stream: str, lines: Sequence[bytes]) -> None:
        def put(entries: list[RecordTypeDef]) -> Iterator[tuple[RecordTypeDef, str | None]]:
            answer = self._client.put_record_batch(DeliveryStreamName=stream, Records=entries)
            return ((e, r.get("ErrorCode")) for e, r in zip(entries, answer["RequestResponses"], strict=True))

        for begin in range(0, len(lines), MAX_REQUEST_RECORDS):
            request: list[RecordTypeDef] = [{"Data": line} for line in lines[begin : begin + MAX_REQUEST_RECORDS]]
            send_all(request, put, self._backoff, _given_up)


def _given_up(left: int, code: str) -> StreamUnavailable:
    return StreamUnavailable(f"{left} lines for the lake were refused after every retry: {code}")
