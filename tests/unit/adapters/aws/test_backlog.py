from __future__ import annotations

from typing import Any, cast

import pytest

from divisa.adapters.aws.backlog import SqsBacklog
from divisa.adapters.aws.backoff import Backoff
from divisa.domain.errors import StoreUnavailable
from tests.builders import USD_MXN
from tests.unit.adapters.aws.failing import Scripted, client_error

TAKEN: dict[str, Any] = {"Successful": []}


def refused(*shards: int, code: str = "InternalError") -> dict[str, Any]:
    return {"Failed": [{"Id": str(shard), "Code": code, "SenderFault": False} for shard in shards]}


def asked(*steps: Any, shards: int = 2) -> Scripted:
    client = Scripted(*steps)
    backoff = Backoff(attempts=3, sleep=lambda _: None)
    SqsBacklog(cast("Any", client), "https://sqs/backlog", backoff=backoff).put(USD_MXN, range(shards))
    return client


def batches(client: Scripted) -> list[list[str]]:
    return [[entry["MessageBody"] for entry in call["Entries"]] for call in client.calls]


def test_ten_requests_go_at_once() -> None:
    assert [len(batch) for batch in batches(asked(TAKEN, TAKEN, TAKEN, shards=21))] == [10, 10, 1]


def test_only_what_was_refused_is_sent_again() -> None:
    first, second = '{"pair":"USD/MXN","shard":0}', '{"pair":"USD/MXN","shard":1}'
    assert batches(asked(refused(1), TAKEN)) == [[first, second], [second]]
    assert batches(asked(client_error("ServiceUnavailable", 503), TAKEN)) == [[first, second]] * 2


def test_what_is_refused_for_ever_is_given_up() -> None:
    with pytest.raises(StoreUnavailable, match="2 requests .* InternalError"):
        asked(*[refused(0, 1)] * 3)
    with pytest.raises(StoreUnavailable, match="RequestThrottled") as gone:
        asked(*[client_error("RequestThrottled", 400)] * 3)
    assert gone.value.__cause__ is not None
