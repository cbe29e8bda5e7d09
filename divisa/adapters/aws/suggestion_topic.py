"""The topic of suggestions on SNS; filter policies hand each announcement to its channel's queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.sending import send_all
from divisa.adapters.wire import suggestion_to_json
from divisa.domain.errors import NotifierUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import PublishBatchRequestEntryTypeDef as _Entry

    from divisa.ports import Announcement

MAX_ENTRIES: Final = 10
MAX_BYTES: Final = 250_000
"""Messages of one batch together; SNS takes 262,144 bytes with the attributes, ours have about 100 each."""
BACKOFF: Final = Backoff(attempts=3, base=0.2)
"""Few tries: who is refused after them has a stream or a queue behind him that tries again."""


class SnsSuggestionTopic:
    """A `SuggestionTopic` on one SNS topic."""

    def __init__(self, client: SNSClient, topic_arn: str, *, backoff: Backoff | None = None) -> None:
        self._client = client
        self._topic_arn = topic_arn
        self._backoff = backoff or BACKOFF

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Publish, with attributes channel, side and language.

        Raises:
            NotifierUnavailable: some were not taken after every retry; publishing all of them again is safe.
        """
        for batch in _batches(list(map(_entry, range(len(announcements)), announcements))):
            self._publish(batch)

    def _publish(self, entries: list[_Entry]) -> None:
        def send(waiting: list[_Entry]) -> Iterator[tuple[_Entry, str | None]]:
            answer = self._client.publish_batch(TopicArn=self._topic_arn, PublishBatchRequestEntries=waiting)
            refused = {failed["Id"]: failed["Code"] for failed in answer.get("Failed", [])}
            return ((entry, refused.get(entry["Id"])) for entry in waiting)

        def give_up(left: int, code: str) -> NotifierUnavailable:
            return NotifierUnavailable(f"{left} announcements were refused after every retry: {code}")

        send_all(entries, send, self._backoff, give_up)


def _entry(number: int, announcement: Announcement) -> _Entry:
    suggestion = announcement.suggestion
    attributes = {
        "channel": announcement.channel.value,
        "side": suggestion.side.value,
        "language": suggestion.language.value,
    }
    return {
        "Id": str(number),
        "Message": suggestion_to_json(suggestion).decode(),
        "MessageAttributes": {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    }


def _batches(entries: list[_Entry]) -> Iterator[list[_Entry]]:
    batch: list[_Entry] = []
    size = 0
    for entry in entries:
        length = len(entry["Message"].encode())
        if batch and (len(batch) == MAX_ENTRIES or size + length > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += length
    if batch:
        yield batch
