"""Whatever users do in whatever order: balances are the opening and the ledger, and no order is done twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from divisa.domain.errors import Refused
from divisa.domain.transaction import Side
from divisa.ports import LedgerFilter
from divisa.services.trade import Order
from tests.builders import USD_MXN, a_portfolio
from tests.unit.services.trading import TradingWorld

if TYPE_CHECKING:
    from divisa.domain.ledger import LedgerEntry

ZERO = Decimal(0)
USERS = ("ana", "ben")
OPENING = {user: a_portfolio("60", "1000", user_id=user) for user in USERS}
QUANTITIES = st.integers(1, 9000).map(lambda cents: Decimal(cents) / 100)


class Trading(RuleBasedStateMachine):
    """Two users, a price that moves, and time that passes; what was answered is remembered."""

    orders = Bundle("orders")
    done = Bundle("done")

    def __init__(self) -> None:
        super().__init__()
        self.world = TradingWorld()
        self.world.portfolios.put_many(OPENING.values())
        self.answers: dict[tuple[str, str], LedgerEntry] = {}
        self.keys = 0

    @rule(cents=st.integers(1650, 1750))
    def price_moves(self, cents: int) -> None:
        self.world.clock.advance(timedelta(seconds=1))
        self.world.quote(str(Decimal(cents) / 100))

    @rule(seconds=st.integers(1, 90))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(timedelta(seconds=seconds))
        self.world.wall.advance(timedelta(seconds=seconds))

    @rule(
        target=orders,
        user=st.sampled_from(USERS),
        side=st.sampled_from(Side),
        quantity=QUANTITIES,
        slippage=st.sampled_from(["0", "0.01", "0.05"]),
    )
    def quote_is_seen(self, user: str, side: Side, quantity: Decimal, slippage: str) -> tuple[str, Order]:
        self.keys += 1
        return user, Order(f"k-{self.keys}", self.world.quote_id(user), side, quantity, Decimal(slippage))

    @rule(target=done, ordered=consumes(orders))
    def order_is_given(self, ordered: tuple[str, Order]) -> object:
        user, order = ordered
        before = self.world.ledger.portfolio(user, USD_MXN)
        try:
            receipt = self.world.trade(user, order)
        except Refused as refused:
            assert refused.code in {"price_moved", "price_stale", "quote_expired", "insufficient_funds"}
            assert self.world.ledger.portfolio(user, USD_MXN) == before
            return multiple()
        assert not receipt.replayed
        self.answers[user, order.key] = receipt.entry
        return ordered

    @rule(ordered=done)
    def order_is_given_again(self, ordered: tuple[str, Order]) -> None:
        user, order = ordered
        receipt = self.world.trade(user, order)
        assert receipt.replayed
        assert receipt.entry == self.answers[user, order.key]

    @rule(ordered=done)
    def key_is_used_for_something_else(self, ordered: tuple[str, Order]) -> None:
        user, order = ordered
        try:
            self.world.trade(user, replace(order, quantity=order.quantity + 1))
        except Refused as refused:
            assert refused.code == "key_reused"
        else:
            raise AssertionError("a key was used twice")

    @invariant()
    def every_peso_and_every_dollar_is_accounted_for(self) -> None:
        for user in USERS:
            opening, held = OPENING[user], self.world.ledger.portfolio(user, USD_MXN)
            entries = self.world.ledger.page(user, LedgerFilter(), limit=1000).entries
            assert held is not None
            assert {entry.transaction_id for entry in entries} == {
                entry.transaction_id for (owner, _), entry in self.answers.items() if owner == user
            }
            assert [entry.sequence for entry in entries] == list(range(held.sequence, 0, -1))
            signs = [(1 if entry.transaction.side is Side.BUY else -1, entry) for entry in entries]
            base = sum((sign * entry.transaction.quantity for sign, entry in signs), ZERO)
            paid = sum((sign * entry.amount for sign, entry in signs), ZERO)
            assert held.base_balance == opening.base_balance + base
            assert held.quote_balance == opening.quote_balance - paid
            assert min(held.base_balance, held.quote_balance, held.base_cost) >= 0
            assert held.realised_pnl == held.base_cost - opening.base_cost - paid
            assert held.realised_pnl == sum((entry.realised_pnl or ZERO for entry in entries), ZERO)


Trading.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestTrading = Trading.TestCase
