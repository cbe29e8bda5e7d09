from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.backlog import SqsBacklog
from divisa.adapters.memory.backlog import MemoryBacklog
from divisa.adapters.wire import backlog_request_from_json
from divisa.domain.pair import Pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.ports import Backlog
    from tests.ministack import BareMiniStack

    Asked = tuple[Backlog, Callable[[], list[tuple[Pair, int]]]]

MXN, BRL = Pair("USD", "MXN"), Pair("USD", "BRL")


def waiting(client: Any, queue_url: str) -> list[tuple[Pair, int]]:
    """What the messages of a queue ask for; takes them off the queue."""
    asked = []
    while messages := client.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            asked.append(backlog_request_from_json(message["Body"]))
            client.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return asked


@pytest.fixture
def backlog(side: str, request: pytest.FixtureRequest) -> Asked:
    """A backlog, and a look at what was asked for."""
    if side == "memory":
        memory = MemoryBacklog()
        return memory, lambda: memory.requests
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    queue_url = cloud.client("sqs").create_queue(QueueName=f"contract-{uuid.uuid4().hex[:12]}")["QueueUrl"]
    client = clients.sqs()
    request.addfinalizer(client.close)
    return SqsBacklog(client, queue_url), lambda: waiting(cloud.client("sqs"), queue_url)


def test_every_shard_is_asked_for(backlog: Asked) -> None:
    queue, requests = backlog
    queue.put(MXN, range(23))
    queue.put(BRL, [7])
    assert sorted(requests(), key=str) == sorted([*((MXN, shard) for shard in range(23)), (BRL, 7)], key=str)


def test_asking_for_nothing_asks_nothing(backlog: Asked) -> None:
    queue, requests = backlog
    queue.put(MXN, [])
    assert requests() == []


def test_asking_twice_is_taken(backlog: Asked) -> None:
    queue, requests = backlog
    queue.put(MXN, [3])
    queue.put(MXN, [3])
    assert set(requests()) == {(MXN, 3)}
