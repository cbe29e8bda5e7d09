"""Any history of trades, sent by several clients at once, leaves books that agree with a model kept by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from client import ApiProblem
from tests.integration.api.books import PAIR
from tests.integration.api.floor import insistently

if TYPE_CHECKING:
    from client.values import Side, Transaction
    from tests.integration.api.books import Trader
    from tests.integration.api.floor import Floor

pytestmark = pytest.mark.integration

QUANTITIES = st.integers(1, 60_000).map(lambda cents: Decimal(cents).scaleb(-2))
SIDES = st.sampled_from(("BUY", "SELL"))


class Order(NamedTuple):
    """What is sent, and sent again."""

    key: str
    quote_id: str
    side: Side
    quantity: Decimal


class Histories(RuleBasedStateMachine):
    """One user, who is signed in on several phones."""

    floor: ClassVar[Floor]
    runs: ClassVar[int] = 0

    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.trader: Trader
        self.made: dict[str, Transaction] = {}
        self.refused: set[str] = set()
        self.keys = 0

    @initialize(base=st.integers(0, 50_000), quote=st.integers(0, 1_000_000))
    def open(self, base: int, quote: int) -> None:
        type(self).runs += 1
        self.trader = self.floor.trader(
            f"history-{self.runs}",
            base=str(Decimal(base).scaleb(-2)),
            quote=str(Decimal(quote).scaleb(-2)),
        )

    @rule(target=orders, wanted=st.lists(st.tuples(SIDES, QUANTITIES), min_size=1, max_size=4))
    def trade_on_several_phones_at_once(self, wanted: list[tuple[Side, Decimal]]) -> object:
        quote_id = self.trader.client.get_quote(PAIR).quote_id
        orders = []
        for side, quantity in wanted:
            self.keys += 1
            orders.append(Order(f"k-{self.keys}", quote_id, side, quantity))
        self.send(orders)
        return multiple(*orders)

    @rule(order=orders, times=st.integers(1, 3))
    def send_again(self, order: Order, times: int) -> None:
        self.send([order] * times)

    @rule(order=orders, quantity=QUANTITIES)
    def reuse_a_key(self, order: Order, quantity: Decimal) -> None:
        if order.key in self.made and quantity != order.quantity:
            code = self.send_one(order._replace(quantity=quantity))
            assert code == "key_reused"

    @rule(thousandths=st.integers(16_900, 17_100))
    def move_the_price(self, thousandths: int) -> None:
        self.floor.move_price(Decimal(thousandths).scaleb(-3))

    @invariant()
    def books_are_right(self) -> None:
        if hasattr(self, "trader"):
            self.trader.audit(self.made.values())

    def send(self, orders: list[Order]) -> None:
        with ThreadPoolExecutor(len(orders)) as pool:
            codes = list(pool.map(self.send_one, orders))
        assert {code for code in codes if code} <= {"insufficient_funds", "busy", "price_moved", "quote_expired"}

    def send_one(self, order: Order) -> str | None:
        """Send an order; returns the code of a refusal. One that was made once is made for ever, and the same."""
        try:
            receipt = insistently(
                lambda: self.trader.client.create_transaction(
                    order.key,
                    quote_id=order.quote_id,
                    side=order.side,
                    quantity=order.quantity,
                    max_slippage=Decimal("0.05"),
                )
            )
        except ApiProblem as problem:
            assert problem.status == 409, problem
            assert problem.code in {"key_reused", "busy"} or order.key not in self.made
            return problem.code
        assert self.made.setdefault(order.key, receipt.transaction) == receipt.transaction
        return None


def test_any_history_leaves_the_books_right(floor: Floor) -> None:
    Histories.floor = floor
    Histories.TestCase.settings = settings(
        max_examples=5, stateful_step_count=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    Histories.TestCase("runTest").runTest()
    assert Histories.runs >= 5
