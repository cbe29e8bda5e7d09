from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.erasure_queue import SqsErasureQueue
from divisa.adapters.memory.erasure_queue import MemoryErasureQueue
from divisa.adapters.wire import erasure_request_from_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.ports import ErasureQueue
    from tests.ministack import BareMiniStack

    Asked = tuple[ErasureQueue, Callable[[], list[str]]]


def waiting(client: Any, queue_url: str) -> list[str]:
    """Whom the messages of a queue name; takes them off the queue."""
    asked = []
    while messages := client.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            asked.append(erasure_request_from_json(message["Body"]))
            client.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return asked


@pytest.fixture
def queue(side: str, request: pytest.FixtureRequest) -> Asked:
    """A queue, and a look at who was asked for."""
    if side == "memory":
        memory = MemoryErasureQueue()
        return memory, lambda: memory.requests
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    queue_url = cloud.client("sqs").create_queue(QueueName=f"contract-{uuid.uuid4().hex[:12]}")["QueueUrl"]
    client = clients.sqs()
    request.addfinalizer(client.close)
    return SqsErasureQueue(client, queue_url), lambda: waiting(cloud.client("sqs"), queue_url)


def test_everybody_who_is_asked_for_is_named(queue: Asked) -> None:
    erasures, requests = queue
    erasures.put("ana")
    erasures.put("ben")
    assert sorted(requests()) == ["ana", "ben"]


def test_asking_twice_is_taken(queue: Asked) -> None:
    erasures, requests = queue
    erasures.put("ana")
    erasures.put("ana")
    assert set(requests()) == {"ana"}
