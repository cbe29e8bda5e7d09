"""What a watch table asks of DynamoDB, and what it does when DynamoDB fails in the middle."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from threading import Barrier, Lock, Thread
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError
from pynamodb.connection import Connection

from divisa.adapters.aws.items import EdgeAttribute, SuggestionItem, WatchItem
from divisa.adapters.aws.parallel import THREADS
from divisa.adapters.aws.table import Table
from divisa.adapters.aws.tables import BY_LOWER, BY_REFRESH, BY_UPPER, CONNECTIONS, Tables
from divisa.adapters.aws.watches import PAGE, DynamoWatches
from divisa.domain.bands import Band
from divisa.domain.errors import InvalidInput, MovesInterrupted, StoreUnavailable
from divisa.ports import Move
from tests.builders import USD_MXN, a_suggestion, a_watch

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[[str, dict[str, Any]], dict[str, Any]]

TABLES = (Tables("t-").watches, Tables("t-").suggestions)


class AnsweringConnection(Connection):
    """PynamoDB's connection, with every request answered by a function, from any thread."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(region="us-east-1")
        self._answer = answer
        self._calls_lock = Lock()
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        with self._calls_lock:
            self.calls.append((operation_name, operation_kwargs))
        return self._answer(operation_name, operation_kwargs)


def watches(answer: Answer, shards: int = 1) -> tuple[DynamoWatches, AnsweringConnection]:
    connection = AnsweringConnection(answer)
    table = Table(connection, "t-watches", WatchItem, indexes=(BY_UPPER, BY_LOWER, BY_REFRESH))
    return DynamoWatches(table, Table(connection, "t-suggestions", SuggestionItem), shards=shards), connection


def moves(count: int) -> list[Move]:
    held = [a_watch(f"u-{n}") for n in range(count)]
    return [Move(watch, replace(watch, generation=1)) for watch in held]


def user_of(arguments: dict[str, Any]) -> int:
    return int(arguments["Item"]["user_id"]["S"].removeprefix("u-"))


def test_no_move_begins_after_one_has_failed_and_those_that_had_begun_end() -> None:
    ended: list[int] = []

    def answer(_: str, arguments: dict[str, Any]) -> dict[str, Any]:
        user = user_of(arguments)
        if user == 3:
            raise ReadTimeoutError(endpoint_url="https://dynamodb")
        time.sleep(0.02)
        ended.append(user)
        return {}

    store, connection = watches(answer)
    with pytest.raises(MovesInterrupted, match="t-watches: ReadTimeoutError") as interrupted:
        store.move_all(moves(500))
    begun = {user_of(arguments) for _, arguments in connection.calls}
    assert begun == {3, *ended}
    assert len(begun) < 100
    assert isinstance(interrupted.value.__cause__, StoreUnavailable)
    assert interrupted.value.done == tuple(True if user in ended else None for user in range(500))


def test_moves_are_made_at_the_same_time() -> None:
    meeting = Barrier(THREADS, timeout=5)

    def answer(_: str, __: dict[str, Any]) -> dict[str, Any]:
        meeting.wait()
        return {}

    store, _ = watches(answer)
    assert store.move_all(moves(2 * THREADS)) == [True] * 2 * THREADS


def test_only_a_move_with_a_suggestion_is_a_transaction() -> None:
    store, connection = watches(lambda *_: {})
    plain, told = moves(2)
    assert store.move_all([plain, replace(told, suggestion=a_suggestion())]) == [True, True]
    assert sorted(operation for operation, _ in connection.calls) == ["PutItem", "TransactWriteItems"]


def test_the_connection_has_room_for_every_thread_and_its_client_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "us-east-1")
    connection = Tables("t-").watches._connection
    found: list[Any] = []
    threads = [Thread(target=lambda: found.append(connection.client)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(client) for client in found}) == 1
    assert found[0].meta.config.max_pool_connections == CONNECTIONS > THREADS
    found[0].close()


def test_a_quiet_shard_is_asked_twice_by_edge_and_a_limit_bounds_what_is_read() -> None:
    store, connection = watches(lambda *_: {"Items": []})
    assert list(store.broken(USD_MXN, 2.83, 2.84, limit=3)) == []
    [upper, lower] = [arguments for _, arguments in connection.calls]
    assert (upper["IndexName"], lower["IndexName"]) == ("by_upper", "by_lower")
    assert upper["KeyConditionExpression"] == "(#0 = :0 AND #1 <= :1)"
    assert lower["KeyConditionExpression"] == "(#0 = :0 AND #1 > :1)"
    assert upper["ExpressionAttributeValues"] == {":0": {"S": "USD/MXN#0"}, ":1": {"N": "2.84"}}
    assert lower["ExpressionAttributeValues"] == {":0": {"S": "USD/MXN#0"}, ":1": {"N": "2.83"}}
    assert upper["Limit"] == 3
    assert list(store.broken(USD_MXN, 2.83, 2.84)) == []
    assert connection.calls[-1][1]["Limit"] == PAGE


def test_shards_are_asked_ahead_and_no_further() -> None:
    held = {f"USD/MXN#{shard}": a_watch(f"u-{shard}") for shard in range(3 * THREADS)}
    images = {name: DynamoWatches(*TABLES, shards=1)._item(watch).serialize() for name, watch in held.items()}

    def answer(_: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"Items": [images[arguments["ExpressionAttributeValues"][":0"]["S"]]]}

    store, connection = watches(answer, shards=3 * THREADS)
    pages = store.broken(USD_MXN, 2.83, 2.83)
    assert next(pages) == [held["USD/MXN#0"]]
    assert len(connection.calls) <= THREADS + 1
    assert [watch for page in pages for watch in page] == list(held.values())[1:]


def test_a_shard_that_does_not_answer_is_not_passed_over() -> None:
    def answer(_: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments["ExpressionAttributeValues"][":0"]["S"] == "USD/MXN#2":
            raise ReadTimeoutError(endpoint_url="https://dynamodb")
        return {"Items": []}

    store, _ = watches(answer, shards=4)
    with pytest.raises(StoreUnavailable, match="t-watches"):
        list(store.broken(USD_MXN, 2.83, 2.83))


def test_watches_are_read_by_user_consistently() -> None:
    store, connection = watches(lambda *_: {"Responses": {}})
    assert store.get_many(USD_MXN, ["ana"]) == {}
    assert connection.calls[0][1]["RequestItems"]["t-watches"]["ConsistentRead"]


def test_an_edge_that_is_never_reached_stays_out_of_its_index() -> None:
    item = DynamoWatches(*TABLES, shards=1)._item(a_watch(band=Band(-math.inf, math.inf))).serialize()
    assert {"lower", "upper", "visit_side", "refresh_at"}.isdisjoint(item)


@pytest.mark.parametrize("edge", [0.1, 1 / 3, -2.8332133440562162, 5e-18, 1e-125, 9.99e124, 0.0])
def test_an_edge_is_the_shortest_number_that_gives_it_back(edge: float) -> None:
    attribute = EdgeAttribute(never=math.inf)
    text = attribute.serialize(edge)
    assert text == repr(edge)
    assert attribute.deserialize(text) == edge


def test_an_edge_is_absent_where_no_price_comes_and_far_away_where_all_are() -> None:
    upper, lower = EdgeAttribute(never=math.inf), EdgeAttribute(never=-math.inf)
    assert upper.serialize(math.inf) is upper.serialize(1e200) is lower.serialize(-math.inf) is None
    assert upper.serialize(-math.inf) == "-1e+125"
    assert (upper.deserialize("-1e+125"), lower.deserialize("1E+125")) == (-math.inf, math.inf)
    assert (upper.serialize(5e-324), lower.serialize(-1e-200)) == ("1e-125", "-1e-125")
    with pytest.raises(InvalidInput):
        lower.serialize(math.nan)
