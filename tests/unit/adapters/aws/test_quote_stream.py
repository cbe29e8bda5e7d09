from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from divisa.adapters.aws import quote_stream, records
from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.kpl import deaggregate
from divisa.adapters.aws.quote_stream import KinesisQuoteStream
from divisa.adapters.wire import decode_quote
from divisa.domain.errors import StreamUnavailable
from divisa.domain.pair import MINOR_DIGITS, Pair
from divisa.domain.quote import Quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mypy_boto3_kinesis import KinesisClient

MXN, BRL = Pair("USD", "MXN"), Pair("USD", "BRL")
AT_ONCE = Backoff(attempts=3, sleep=lambda _: None)


def quotes(pair: Pair, count: int, source: str = "test") -> list[Quote]:
    at = datetime(2024, 1, 5, 14, tzinfo=UTC)
    return [Quote(pair, Decimal("17.01"), Decimal("17.02"), at, number, source) for number in range(count)]


@dataclass
class ShardedStream:
    """Takes or refuses each record as `refuses` says, and keeps what it took, as one shard a key would.

    Attributes:
        refuses: called with the running number of each record that is put; whether it is refused.
        taken: data by partition key.
        requests: number of records in each request.
    """

    refuses: Callable[[int], bool] = lambda _: False
    breaks: list[Exception] = field(default_factory=list)
    taken: dict[str, list[bytes]] = field(default_factory=dict)
    requests: list[list[str]] = field(default_factory=list)
    put: int = 0

    def put_records(self, *, StreamName: str, Records: Sequence[Any]) -> dict[str, Any]:
        self.requests.append([record["PartitionKey"] for record in Records])
        if self.breaks:
            raise self.breaks.pop(0)
        answers: list[dict[str, str]] = []
        for record in Records:
            self.put += 1
            if self.refuses(self.put - 1):
                answers.append({"ErrorCode": "ProvisionedThroughputExceededException"})
            else:
                self.taken.setdefault(record["PartitionKey"], []).append(record["Data"])
                answers.append({"SequenceNumber": str(self.put)})
        return {"FailedRecordCount": sum("ErrorCode" in answer for answer in answers), "Records": answers}

    def sequences(self, pair: Pair) -> list[int]:
        records = (each for data in self.taken.get(str(pair), []) for each in deaggregate("1", "k", data))
        return [decode_quote(record.data).sequence for record in records]


def publisher(stream: ShardedStream, backoff: Backoff = AT_ONCE) -> KinesisQuoteStream:
    return KinesisQuoteStream(cast("KinesisClient", stream), "divisa-test-quotes", backoff=backoff)


@pytest.fixture
def small_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quote_stream, "MAX_RECORD_BYTES", 1024)


def test_many_quotes_travel_in_few_records() -> None:
    stream = ShardedStream()
    assert publisher(stream).publish([*quotes(MXN, 300), *quotes(BRL, 200)]) == 500
    assert stream.requests == [["USD/MXN", "USD/BRL"]]
    assert stream.sequences(MXN) == list(range(300))
    assert stream.sequences(BRL) == list(range(200))


def test_nothing_to_publish_asks_nothing() -> None:
    stream = ShardedStream()
    assert publisher(stream).publish([]) == 0
    assert stream.requests == []


@pytest.mark.usefixtures("small_records")
def test_a_request_never_carries_two_records_of_one_pair() -> None:
    stream = ShardedStream()
    publisher(stream).publish([*quotes(MXN, 60), *quotes(BRL, 30)])
    assert len(stream.requests) > 3
    assert all(max(Counter(keys).values()) == 1 for keys in stream.requests)


@given(st.sets(st.integers(0, 30)), st.integers(1, 40), st.integers(0, 40))
def test_refusals_neither_lose_nor_reorder_a_pairs_quotes(refused: set[int], mxn: int, brl: int) -> None:
    stream = ShardedStream(refuses=refused.__contains__)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quote_stream, "MAX_RECORD_BYTES", 1024)
        publisher(stream, Backoff(attempts=40, sleep=lambda _: None)).publish([*quotes(MXN, mxn), *quotes(BRL, brl)])
    assert stream.sequences(MXN) == list(range(mxn))
    assert stream.sequences(BRL) == list(range(brl))


def test_only_what_was_refused_is_tried_again() -> None:
    stream = ShardedStream(refuses={1}.__contains__)
    publisher(stream).publish([*quotes(MXN, 1), *quotes(BRL, 1)])
    assert stream.requests == [["USD/MXN", "USD/BRL"], ["USD/BRL"]]


@pytest.mark.usefixtures("small_records")
def test_a_stream_that_keeps_refusing_is_unavailable_and_nothing_overtakes() -> None:
    stream = ShardedStream(refuses=lambda number: number > 0)
    with pytest.raises(StreamUnavailable, match="ProvisionedThroughputExceededException"):
        publisher(stream).publish(quotes(MXN, 60))
    taken = stream.sequences(MXN)
    assert taken == list(range(len(taken)))
    assert len(stream.requests) == 1 + AT_ONCE.attempts


@pytest.mark.parametrize(
    "failure",
    [
        ReadTimeoutError(endpoint_url="http://127.0.0.1"),
        ClientError({"Error": {"Code": "InternalFailure", "Message": ""}}, "PutRecords"),
    ],
)
def test_a_request_that_fails_whole_is_tried_again_and_given_up_in_the_end(failure: Exception) -> None:
    recovered = ShardedStream(breaks=[failure] * 2)
    assert publisher(recovered).publish(quotes(MXN, 2)) == 2
    assert recovered.sequences(MXN) == [0, 1]
    with pytest.raises(StreamUnavailable) as gone:
        publisher(ShardedStream(breaks=[failure] * 3)).publish(quotes(MXN, 2))
    assert gone.value.__cause__ is failure


def test_requests_keep_to_the_limits_of_put_records(monkeypatch: pytest.MonkeyPatch) -> None:
    some = sorted(MINOR_DIGITS)[:7]
    pairs = [Pair(base, quote) for base in some for quote in some if base != quote]
    monkeypatch.setattr(records, "MAX_REQUEST_RECORDS", 10)
    stream = ShardedStream()
    publisher(stream).publish([quote for pair in pairs for quote in quotes(pair, 2)])
    assert max(map(len, stream.requests)) == 10
    monkeypatch.setattr(records, "MAX_REQUEST_BYTES", 1000)
    stream = ShardedStream()
    publisher(stream).publish([quote for pair in pairs for quote in quotes(pair, 2)])
    assert 1 < max(map(len, stream.requests)) < 10
    assert all(stream.sequences(pair) == [0, 1] for pair in pairs)
