"""Whatever a second user asks with their own token, nothing of the first comes out, and nothing of theirs changes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from client import ApiProblem
from client.operations import OPERATIONS
from tests.integration.api.books import PAIR

if TYPE_CHECKING:
    from collections.abc import Callable

    from client import Client
    from tests.integration.api.books import Trader
    from tests.integration.api.floor import Floor

pytestmark = pytest.mark.integration

DOCUMENT = json.loads((Path(__file__).resolve().parents[3] / "docs" / "openapi.json").read_text(encoding="utf-8"))
PUSH_TOKEN = "0123456789abcdef" * 4


@dataclass(frozen=True)
class First:
    """A user with something of everything.

    Attributes:
        secrets: what nobody else may read.
    """

    trader: Trader
    quote_id: str
    key: str
    transaction_id: str
    cursor: str
    device_id: str
    suggestion_id: str
    etag: str
    secrets: tuple[str, ...]

    def everything(self) -> Any:
        """All that the first user can see of themselves, but for prices and the time."""
        client = self.trader.client
        account = self.trader.position()
        return (
            (account.base_balance, account.quote_balance, account.base_cost, account.realised_pnl),
            self.trader.ledger(),
            client.list_devices(),
            client.get_preferences(),
            client.list_suggestions(),
        )


@pytest.fixture(scope="module")
def first(floor: Floor) -> First:
    trader = floor.trader("first-user", base="765.43", quote="54321.09")
    client = trader.client
    quote_id = client.get_quote(PAIR).quote_id
    for number in range(2):
        made = client.create_transaction(
            f"first-{number}",
            quote_id=quote_id,
            side="SELL",
            quantity=Decimal("1.23"),
            max_slippage=Decimal("0.05"),
        )
    cursor = client.list_transactions(limit=1).next_cursor
    assert cursor is not None
    device = client.register_device("ios", PUSH_TOKEN)
    suggestion_id = floor.suggest(trader)
    preferences = client.get_preferences()
    return First(
        trader,
        client.get_quote(PAIR).quote_id,
        "first-1",
        made.transaction.transaction_id,
        cursor,
        device.device_id,
        suggestion_id,
        preferences.etag,
        (
            *(trader.user_id, made.transaction.transaction_id, device.device_id, suggestion_id, PUSH_TOKEN),
            *(str(trader.position().base_balance), str(trader.position().quote_balance)),
        ),
    )


@pytest.fixture(scope="module")
def second(floor: Floor) -> Trader:
    return floor.trader("second-user", base="10.00", quote="500.00")


def refused(call: Callable[[], object], *codes: str, status: int) -> str:
    with pytest.raises(ApiProblem) as raised:
        call()
    assert raised.value.status == status
    assert not codes or raised.value.code in codes
    return str(raised.value)


# What the second user tries, by operation; each returns what came back.


def get_portfolio(first: First, second: Client) -> object:
    [position] = [each for each in second.get_portfolio().positions if each.pair == PAIR]
    assert position.base_balance == Decimal("10.00")
    return second.get_portfolio()


def create_transaction(first: First, second: Client) -> object:
    """The first one's quote is none of the second's, and so is the first one's key: it names nothing here."""
    said = refused(
        lambda: second.create_transaction("k", quote_id=first.quote_id, side="BUY", quantity=Decimal(1)),
        "quote_unknown",
        status=409,
    )
    own = second.create_transaction(
        first.key,
        quote_id=second.get_quote(PAIR).quote_id,
        side="BUY",
        quantity=Decimal("1.00"),
        max_slippage=Decimal("0.05"),
    )
    assert not own.replayed
    assert own.transaction.transaction_id != first.transaction_id
    assert own.transaction.sequence == 1
    return said, own


def list_transactions(first: First, second: Client) -> object:
    own = [*second.every_transaction()]
    assert len(own) <= 1
    try:
        # A cursor is a place in time, not a person: with another's one still sees one's own.
        page: object = second.list_transactions(cursor=first.cursor)
    except ApiProblem as problem:
        page = problem
    return own, page, second.export_transactions()


def get_quote(first: First, second: Client) -> object:
    assert second.get_quote(PAIR).quote_id != first.quote_id
    return second.get_quote(PAIR)


def get_quote_history(first: First, second: Client) -> object:
    return second.get_quote_history(PAIR, "1h")


def list_suggestions(first: First, second: Client) -> object:
    page = second.list_suggestions()
    assert page.items == ()
    return page


def respond_to_suggestion(first: First, second: Client) -> object:
    return refused(lambda: second.respond_to_suggestion(first.suggestion_id, "dismissed"), status=404).replace(
        first.suggestion_id, "<as asked>"
    )


def open_suggestion(first: First, second: Client) -> object:
    return refused(lambda: second.open_suggestion(first.suggestion_id), status=404).replace(
        first.suggestion_id, "<as asked>"
    )


def get_preferences(first: First, second: Client) -> object:
    return second.get_preferences()


def put_preferences(first: First, second: Client) -> object:
    own = second.get_preferences()
    return second.put_preferences(own.preferences, own.etag)


def register_device(first: First, second: Client) -> object:
    device = second.register_device("ios", PUSH_TOKEN[::-1])
    assert device.device_id != first.device_id
    second.delete_device(device.device_id)
    return device


def list_devices(first: First, second: Client) -> object:
    return second.list_devices()


def delete_device(first: First, second: Client) -> object:
    return refused(lambda: second.delete_device(first.device_id), status=404).replace(first.device_id, "<as asked>")


def export_me(first: First, second: Client) -> object:
    exported = second.export_me().decode()
    assert json.loads(exported)
    return exported


def put_feed(first: First, second: Client) -> object:
    with pytest.raises(ApiProblem) as raised:
        second.put_feed("prices", "a.csv", b"a\n")
    assert raised.value.status in {401, 403}
    return raised.value


def presign_feed(first: First, second: Client) -> object:
    with pytest.raises(ApiProblem) as raised:
        second.presign_feed("prices", "a.csv", sha256="0" * 64, size=9)
    assert raised.value.status in {401, 403}
    return raised.value


def delete_me(first: First, second: Client) -> object:
    return second.delete_me()


TRIES = (
    *(get_portfolio, create_transaction, list_transactions, get_quote, get_quote_history, list_suggestions),
    *(respond_to_suggestion, open_suggestion, get_preferences, put_preferences, register_device, list_devices),
    *(delete_device, export_me, put_feed, presign_feed, delete_me),
)
"""The last one first makes an end of the second user."""


def test_every_operation_that_needs_a_token_is_tried() -> None:
    needing = {name for name, operation in OPERATIONS.items() if operation.signed_in}
    documented = {
        operation["operationId"]
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
        if any({"user", "feeds"} & set(each) for each in operation.get("security", []))
    }
    assert {each.__name__ for each in TRIES} == needing == documented


@pytest.mark.parametrize("attempt", TRIES, ids=lambda attempt: attempt.__name__)
def test_a_second_users_token_opens_nothing_of_the_first(
    attempt: Callable[[First, Client], object], first: First, second: Trader
) -> None:
    before = first.everything()

    came_back = repr(attempt(first, second.client))

    assert [each for each in first.secrets if each in came_back] == []
    assert first.everything() == before


def test_a_phone_that_somebody_else_signs_in_on_is_theirs_and_no_longer_its_former_owners(floor: Floor) -> None:
    before, after = (floor.trader(name, base="10.00", quote="500.00").client for name in ("before", "after"))
    token = "fedcba9876543210" * 4
    before.register_device("ios", token)
    device = after.register_device("ios", token)
    assert before.list_devices().items == ()
    assert [each.device_id for each in after.list_devices().items] == [device.device_id]
