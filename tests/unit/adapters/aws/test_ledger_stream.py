"""What the ledger stream asks of Kinesis when Kinesis refuses; what it has in common with the quote stream is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.ledger_stream import KinesisLedgerStream
from divisa.adapters.wire import entry_from_json
from divisa.domain.errors import StreamUnavailable
from tests.builders import an_entry
from tests.unit.adapters.aws.test_quote_stream import ShardedStream

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

ENTRIES = [an_entry(user_id=user, sequence=number) for number in (1, 2) for user in ("ana", "ben")]


def publisher(stream: ShardedStream) -> KinesisLedgerStream:
    backoff = Backoff(attempts=3, sleep=lambda _: None)
    return KinesisLedgerStream(cast("KinesisClient", stream), "divisa-test-transactions", backoff=backoff)


def test_a_users_next_entry_follows_when_the_one_before_it_was_taken() -> None:
    stream = ShardedStream(refuses={0}.__contains__)
    assert publisher(stream).publish(ENTRIES) == 4
    assert stream.requests == [["ana", "ben"], ["ana"], ["ana", "ben"]]
    assert [entry_from_json(data).sequence for data in stream.taken["ana"]] == [1, 2]


def test_a_stream_that_keeps_refusing_is_unavailable() -> None:
    with pytest.raises(StreamUnavailable, match="1 records were refused after every retry: Provisioned"):
        publisher(ShardedStream(refuses=lambda number: number > 0)).publish(ENTRIES[:2])
