from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.kpl import deaggregate
from divisa.adapters.aws.quote_stream import KinesisQuoteStream
from divisa.adapters.memory.quote_stream import MemoryQuoteStream
from divisa.adapters.wire import decode_quote
from divisa.domain.pair import Pair
from divisa.domain.quote import Quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.ports import QuoteStream
    from tests.ministack import BareMiniStack

Stream: TypeAlias = "tuple[QuoteStream, Callable[[], list[Quote]]]"
MXN, BRL = Pair("USD", "MXN"), Pair("USD", "BRL")


def quotes(pair: Pair, count: int) -> list[Quote]:
    at = datetime(2024, 1, 5, 14, tzinfo=UTC)
    price = Decimal("17.05")
    return [Quote(pair, price, price + Decimal("0.01"), at + timedelta(seconds=n), n, "test") for n in range(count)]


@pytest.fixture
def stream(side: str, request: pytest.FixtureRequest) -> Stream:
    """The stream, and what can be read from it."""
    if side == "memory":
        memory = MemoryQuoteStream()
        return memory, lambda: memory.published
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    kinesis = cloud.client("kinesis")
    name = f"contract-{uuid.uuid4().hex[:12]}"
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})

    def read() -> list[Quote]:
        found: list[Quote] = []
        for shard in kinesis.list_shards(StreamName=name)["Shards"]:
            iterator = kinesis.get_shard_iterator(
                StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
                users = deaggregate(record["SequenceNumber"], record["PartitionKey"], record["Data"])
                found += [decode_quote(user.data) for user in users]
        return found

    client = clients.kinesis()
    request.addfinalizer(client.close)
    return KinesisQuoteStream(client, name), read


def test_quotes_are_read_as_published_in_order_per_pair(stream: Stream) -> None:
    published, read = stream
    mixed = [quote for both in zip(quotes(MXN, 400), quotes(BRL, 400), strict=True) for quote in both]
    assert published.publish(mixed) == 800
    assert published.publish(iter(quotes(MXN, 1))) == 1
    found = read()
    assert [quote for quote in found if quote.pair == MXN] == [*quotes(MXN, 400), *quotes(MXN, 1)]
    assert [quote for quote in found if quote.pair == BRL] == quotes(BRL, 400)


def test_publishing_nothing_leaves_nothing(stream: Stream) -> None:
    published, read = stream
    assert published.publish([]) == 0
    assert read() == []
