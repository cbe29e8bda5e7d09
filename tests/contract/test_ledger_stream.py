from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, TypeAlias

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.ledger_stream import KinesisLedgerStream
from divisa.adapters.memory.ledger_stream import MemoryLedgerStream
from divisa.adapters.wire import entry_from_json
from tests.builders import an_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.domain.ledger import LedgerEntry
    from divisa.ports import LedgerStream
    from tests.ministack import BareMiniStack

Stream: TypeAlias = "tuple[LedgerStream, Callable[[], list[LedgerEntry]]]"


@pytest.fixture
def stream(side: str, request: pytest.FixtureRequest) -> Stream:
    """The stream, and what can be read from it."""
    if side == "memory":
        memory = MemoryLedgerStream()
        return memory, lambda: memory.published
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    kinesis = cloud.client("kinesis")
    name = f"contract-{uuid.uuid4().hex[:12]}"
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})

    def read() -> list[LedgerEntry]:
        found: list[LedgerEntry] = []
        for shard in kinesis.list_shards(StreamName=name)["Shards"]:
            iterator = kinesis.get_shard_iterator(
                StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            found += [entry_from_json(each["Data"]) for each in kinesis.get_records(ShardIterator=iterator)["Records"]]
        return found

    client = clients.kinesis()
    request.addfinalizer(client.close)
    return KinesisLedgerStream(client, name), read


def test_entries_are_read_as_published_in_order_per_user(stream: Stream) -> None:
    published, read = stream
    users = [f"u-{number}" for number in range(40)]
    mixed = [an_entry(user_id=user, sequence=sequence) for sequence in (1, 2, 3) for user in users]
    assert published.publish(mixed) == 120
    assert published.publish(iter([an_entry(user_id="u-7", sequence=4)])) == 1
    found = read()
    assert len(found) == 121
    for user in users:
        of_user = [entry for entry in found if entry.transaction.user_id == user]
        assert of_user == [an_entry(user_id=user, sequence=n + 1) for n in range(4 if user == "u-7" else 3)]


def test_publishing_nothing_leaves_nothing(stream: Stream) -> None:
    published, read = stream
    assert published.publish([]) == 0
    assert read() == []
