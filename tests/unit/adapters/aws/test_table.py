from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from pynamodb.connection import Connection
from pynamodb.exceptions import CancellationReason, VerboseClientError

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.deliveries import DynamoDeliveries
from divisa.adapters.aws.items import DeliveryItem, PortfolioItem, RecipientItem
from divisa.adapters.aws.table import Table
from divisa.domain.errors import StoreUnavailable
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus
from tests.builders import WEDNESDAY

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "t-portfolios"
REFUSED = EndpointConnectionError(endpoint_url="http://127.0.0.1")


def dynamo_error(code: str, *reasons: str) -> VerboseClientError:
    said = [None if reason == "None" else CancellationReason(code=reason) for reason in reasons]
    return VerboseClientError({"Error": {"Code": code, "Message": "…"}}, "Operation", cancellation_reasons=said)


class ScriptedConnection(Connection):
    """PynamoDB's connection, with the answers of DynamoDB taken from a script.

    Attributes:
        calls: operation and arguments of each call.
    """

    def __init__(self, *steps: Any) -> None:
        super().__init__(region="us-east-1")
        self._steps = deque(steps)
        self.calls: list[tuple[str, Any]] = []

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((operation_name, operation_kwargs))
        step = self._steps.popleft()
        if isinstance(step, Exception):
            raise step
        answer: dict[str, Any] = step
        return answer


def portfolios(*steps: Any) -> tuple[Table, ScriptedConnection, list[float]]:
    waits: list[float] = []
    connection = ScriptedConnection(*steps)
    return Table(connection, NAME, PortfolioItem, Backoff(attempts=3, sleep=waits.append)), connection, waits


def item(user_id: str) -> PortfolioItem:
    return PortfolioItem(
        user_id=user_id,
        pair="USD/MXN",
        base_balance_minor=1,
        quote_balance_minor=1,
        base_cost_minor=1,
        realised_pnl_minor=1,
        sequence=0,
    )


def key(user_id: str) -> dict[str, Any]:
    return {"user_id": {"S": user_id}, "pair": {"S": "USD/MXN"}}


def read(*images: Any, left: Any = ()) -> dict[str, Any]:
    unread = {NAME: {"Keys": list(left)}} if left else {}
    return {"Responses": {NAME: list(images)}, "UnprocessedKeys": unread}


def unwritten(*images: Any) -> dict[str, Any]:
    return {"UnprocessedItems": {NAME: [{"PutRequest": {"Item": image}} for image in images]} if images else {}}


def test_keys_that_a_batch_left_over_are_read_after_a_wait() -> None:
    table, connection, waits = portfolios(read(key("a"), left=[key("b")]), read(key("b")))
    assert list(table.get_many([("a", "USD/MXN"), ("b", "USD/MXN")])) == [key("a"), key("b")]
    assert len(waits) == 1
    assert connection.calls[1][1]["RequestItems"][NAME]["Keys"] == [key("b")]


def test_items_that_a_batch_left_over_are_written_after_a_wait() -> None:
    image = item("b").serialize()
    table, connection, waits = portfolios(unwritten(image), unwritten())
    table.put_many([item("a"), item("b")])
    assert len(waits) == 1
    assert connection.calls[1][1]["RequestItems"][NAME] == [{"PutRequest": {"Item": image}}]


def test_items_that_a_batch_did_not_delete_are_deleted_after_a_wait() -> None:
    left = {"UnprocessedItems": {NAME: [{"DeleteRequest": {"Key": key("b")}}]}}
    table, connection, waits = portfolios(left, {})
    table.delete_many([("a", "USD/MXN"), ("b", "USD/MXN"), ("a", "USD/MXN")])
    assert len(waits) == 1
    asked = [call["RequestItems"][NAME] for _, call in connection.calls]
    assert asked == [[{"DeleteRequest": {"Key": key(user)}} for user in users] for users in ("ab", "b")]


def test_what_is_left_over_for_ever_is_given_up() -> None:
    table, _, waits = portfolios(*[read(left=[key("a")])] * 3)
    with pytest.raises(StoreUnavailable, match="1 items were not read"):
        list(table.get_many([("a", "USD/MXN")]))
    assert len(waits) == 2
    table, _, _ = portfolios(*[unwritten(item("a").serialize())] * 3)
    with pytest.raises(StoreUnavailable, match="1 items were not written"):
        table.put_many([item("a")])


def test_a_key_is_asked_once_and_batches_have_their_limits() -> None:
    table, connection, _ = portfolios(read(), read())
    list(table.get_many([("a", "USD/MXN")] * 3 + [(f"u-{n}", "USD/MXN") for n in range(100)]))
    assert [len(call["RequestItems"][NAME]["Keys"]) for _, call in connection.calls] == [100, 1]
    table, connection, _ = portfolios(unwritten(), unwritten())
    table.put_many([item("a"), item("a"), *(item(f"u-{n}") for n in range(25))])
    assert [len(call["RequestItems"][NAME]) for _, call in connection.calls] == [25, 1]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (REFUSED, "EndpointConnectionError"),
        (ReadTimeoutError(endpoint_url="http://127.0.0.1"), "ReadTimeoutError"),
        (dynamo_error("ThrottlingException"), "ThrottlingException"),
    ],
)
def test_a_database_that_does_not_answer_is_unavailable(failure: Exception, code: str) -> None:
    condition = PortfolioItem.user_id.exists()
    calls: list[Callable[[Table], object]] = [
        lambda table: table.get("a", "USD/MXN"),
        lambda table: list(table.get_many([("a", "USD/MXN")])),
        lambda table: table.put_many([item("a")]),
        lambda table: table.put(item("a"), condition),
        lambda table: table.delete("a", "USD/MXN", condition),
        lambda table: table.delete_many([("a", "USD/MXN")]),
        lambda table: list(table.pages("a")),
        lambda table: list(table.scan()),
        lambda table: Table.put_together([(table, item("a"), condition)]),
    ]
    for call in calls:
        table, _, _ = portfolios(failure)
        with pytest.raises(StoreUnavailable, match=f"{NAME}: {code}") as gone:
            call(table)
        assert gone.value.__cause__ is not None


def test_pages_are_followed_to_the_end_and_empty_ones_left_out() -> None:
    more = {"LastEvaluatedKey": key("a")}
    table, connection, _ = portfolios({"Items": [key("a")], **more}, {"Items": [], **more}, {"Items": [key("b")]})
    assert list(table.pages("a")) == [[key("a")], [key("b")]]
    assert [call.get("ExclusiveStartKey") for _, call in connection.calls] == [None, key("a"), key("a")]


def together(*steps: Any) -> frozenset[int]:
    table, connection, _ = portfolios(*steps)
    other = Table(connection, "t-recipients", RecipientItem)
    recipient = RecipientItem(user_id="a", language="es", consent=[])
    return Table.put_together(
        [(table, item("a"), PortfolioItem.user_id.exists()), (other, recipient, RecipientItem.user_id.does_not_exist())]
    )


def test_a_failed_condition_is_told_from_a_busy_table() -> None:
    cancelled = "TransactionCanceledException"
    busy = dynamo_error(cancelled, "TransactionConflict", "None")
    assert together({}) == together(busy, busy, {}) == set()
    assert together(dynamo_error(cancelled, "None", "ConditionalCheckFailed")) == {1}
    assert together(dynamo_error(cancelled, "ConditionalCheckFailed", "TransactionConflict")) == {0}
    assert together(busy, dynamo_error(cancelled, "ConditionalCheckFailed", "ConditionalCheckFailed")) == {0, 1}
    with pytest.raises(StoreUnavailable, match="t-portfolios and t-recipients: TransactionCanceledException"):
        together(*[dynamo_error(cancelled, "ThrottlingError", "None")] * 3)
    with pytest.raises(StoreUnavailable, match="ProvisionedThroughputExceeded"):
        together(dynamo_error("ProvisionedThroughputExceededException"))


A_CLAIM = Delivery("s-1", Channel.SMS, DeliveryStatus.CLAIMED, WEDNESDAY, attempt="ours")


def test_a_claim_that_is_given_back_while_we_look_is_tried_again() -> None:
    failed = dynamo_error("ConditionalCheckFailedException")

    def deliveries(*steps: Any) -> DynamoDeliveries:
        return DynamoDeliveries(Table(ScriptedConnection(*steps), "t-deliveries", DeliveryItem))

    assert deliveries(failed, {}, {}).claim(A_CLAIM) is None
    with pytest.raises(StoreUnavailable, match="again and again"):
        deliveries(*[failed, {}] * 3).claim(A_CLAIM)
