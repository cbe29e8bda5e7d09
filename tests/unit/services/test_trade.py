from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.domain.errors import ConcurrentUpdate, InvalidInput, Refused, StoreUnavailable, Unavailable
from divisa.domain.ledger import transaction_id_of
from divisa.domain.market import view
from divisa.domain.transaction import Side
from tests.builders import USD_MXN, WEDNESDAY
from tests.unit.services.trading import MAX_AGE, OPENING, VALIDITY, TradingWorld

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.portfolio import Portfolio

FRIDAY_EVENING = datetime(2024, 1, 12, 22, 30, tzinfo=UTC)


@pytest.fixture
def world() -> TradingWorld:
    return TradingWorld()


def assert_refused(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.code == code


def test_a_buy_is_made_at_the_ask_of_the_newest_quote_and_entered(world: TradingWorld) -> None:
    receipt = world.buy()
    entry = receipt.entry
    assert not receipt.replayed
    assert (entry.transaction.price, entry.amount) == (Decimal("17.051"), Decimal("1705.10"))
    assert (entry.sequence, entry.transaction.event_time) == (1, WEDNESDAY)
    assert entry.transaction_id == transaction_id_of("ana", "k")
    assert world.entries == [entry]
    assert (world.held.base_balance, world.held.quote_balance) == (Decimal("600.00"), Decimal("18294.90"))


def test_a_sell_is_made_at_the_bid_and_says_what_it_earned(world: TradingWorld) -> None:
    entry = world.sell(quantity="200.00").entry
    assert entry.transaction.price == Decimal("17.049")
    assert entry.realised_pnl == Decimal("9.80")
    assert world.held.realised_pnl == Decimal("9.80")


def test_an_entry_keeps_the_market_and_the_quote_that_it_was_made_at(world: TradingWorld) -> None:
    entry = world.buy().entry
    record = world.markets.load(USD_MXN)
    assert record.market is not None
    assert record.quote is not None
    assert entry.market == view(record.market)
    assert (entry.quote_time, entry.quote_sequence) == (record.quote.event_time, record.quote.sequence)


def test_the_same_order_under_the_same_key_is_done_once_and_answered_alike(world: TradingWorld) -> None:
    order = world.order()
    first = world.trade("ana", order)
    world.clock.advance(timedelta(days=3))
    world.wall.advance(timedelta(days=3))
    again = world.trade("ana", order)
    assert again.entry == first.entry
    assert again.replayed
    assert len(world.entries) == 1


@pytest.mark.parametrize(
    "changes",
    [{"side": Side.SELL}, {"quantity": Decimal("100.01")}, {"max_slippage": Decimal("0.01")}, {"quote_id": "x"}],
)
def test_another_order_under_the_same_key_is_refused(world: TradingWorld, changes: dict[str, Any]) -> None:
    order = world.order()
    world.trade("ana", order)
    assert_refused("key_reused", lambda: world.trade("ana", replace(order, **changes)))
    assert len(world.entries) == 1


def test_a_key_belongs_to_its_user(world: TradingWorld) -> None:
    world.buy("k")
    world.portfolios.put_many([replace(OPENING, user_id="ben")])
    receipt = world.trade("ben", world.order("k", quote_id=world.quote_id("ben")))
    assert not receipt.replayed


def test_a_quote_of_somebody_else_or_of_nobody_is_unknown(world: TradingWorld) -> None:
    assert_refused("quote_unknown", lambda: world.buy(quote_id=world.quote_id("ben")))
    assert_refused("quote_unknown", lambda: world.buy(quote_id="made.up"))


def test_a_quote_is_good_for_some_seconds_of_the_wall_whatever_the_replay_does(world: TradingWorld) -> None:
    order = world.order()
    world.clock.advance(timedelta(seconds=50))
    world.quote("17.05")
    world.wall.advance(VALIDITY)
    world.trade("ana", order)
    late = world.order("late")
    world.wall.advance(VALIDITY + timedelta(microseconds=1))
    assert_refused("quote_expired", lambda: world.trade("ana", late))


def test_a_price_that_has_become_worse_is_refused_and_a_better_one_is_taken(world: TradingWorld) -> None:
    order = world.order()
    world.quote("17.06")
    assert_refused("price_moved", lambda: world.trade("ana", order))
    assert world.trade("ana", replace(order, max_slippage=Decimal("0.001"))).entry.transaction.price == Decimal(
        "17.061"
    )
    better = world.order("better")
    world.quote("17.00")
    assert world.trade("ana", better).entry.transaction.price == Decimal("17.001")


def test_nobody_trades_at_an_old_price_or_in_a_closed_market(world: TradingWorld) -> None:
    world.clock.advance(MAX_AGE + timedelta(seconds=1))
    assert_refused("price_stale", world.buy)
    world.clock.set(FRIDAY_EVENING)
    assert_refused("market_closed", world.buy)
    assert world.entries == []


def test_what_the_balance_does_not_cover_is_refused_and_the_key_stays_free(world: TradingWorld) -> None:
    assert_refused("insufficient_funds", lambda: world.buy("k", "1172.97"))
    assert_refused("insufficient_funds", lambda: world.sell("k", "500.01"))
    assert world.held == OPENING
    assert world.buy("k", "1172.95").entry.sequence == 1
    assert world.held.quote_balance < Decimal("0.10")


def test_who_has_no_portfolio_has_no_funds(world: TradingWorld) -> None:
    order = world.order(quote_id=world.quote_id("ben"))
    assert_refused("insufficient_funds", lambda: world.trade("ben", order))
    assert list(world.ledger.portfolios("ben")) == []


def test_a_quantity_that_the_currency_does_not_have_is_invalid(world: TradingWorld) -> None:
    with pytest.raises(InvalidInput, match="minor unit"):
        world.buy(quantity="1.001")


def test_transactions_of_a_portfolio_have_an_order_though_the_clock_stands_still_or_is_set_back(
    world: TradingWorld,
) -> None:
    times = [world.buy(f"k-{n}", "1.00").entry.transaction.event_time for n in range(3)]
    world.clock.advance(-timedelta(seconds=10))
    times.append(world.buy("back", "1.00").entry.transaction.event_time)
    assert times == [WEDNESDAY + timedelta(microseconds=n) for n in range(4)]
    assert [entry.sequence for entry in world.entries] == [4, 3, 2, 1]


def test_without_a_market_there_is_nothing_to_trade_at(world: TradingWorld) -> None:
    order = world.order()
    world.markets = MemoryMarkets()
    with pytest.raises(Unavailable):
        world.trade("ana", order)


def test_200_callers_with_one_key_make_one_entry_and_have_one_answer(world: TradingWorld) -> None:
    order, trade = world.order(), world.trade
    with ThreadPoolExecutor(16) as pool:
        receipts = list(pool.map(lambda _: trade("ana", order), range(200)))
    assert len({receipt.entry for receipt in receipts}) == 1
    assert sum(not receipt.replayed for receipt in receipts) == 1
    assert len(world.entries) == 1
    assert world.held.base_balance == OPENING.base_balance + 100


class InterruptedLedger(MemoryLedger):
    """A ledger in which something else happens right before an entry is recorded."""

    before_recording: Callable[[], object] | None = None

    def record(self, entry: LedgerEntry, after: Portfolio) -> bool:
        happens, self.before_recording = self.before_recording, None
        if happens is not None:
            happens()
        return super().record(entry, after)


@pytest.fixture
def ledger(world: TradingWorld) -> InterruptedLedger:
    ledger = InterruptedLedger(world.portfolios)
    world.ledger = ledger
    return ledger


def test_who_is_overtaken_by_another_order_tries_again(world: TradingWorld, ledger: InterruptedLedger) -> None:
    order, other = world.order("slow"), world.order("fast", quantity="5.00")
    ledger.before_recording = lambda: world.trade("ana", other)
    receipt = world.trade("ana", order)
    assert (receipt.replayed, receipt.entry.sequence) == (False, 2)
    assert world.held.base_balance == OPENING.base_balance + 105


def test_who_is_overtaken_by_their_own_twin_has_its_answer(world: TradingWorld, ledger: InterruptedLedger) -> None:
    order = world.order()
    ledger.before_recording = lambda: world.trade("ana", order)
    receipt = world.trade("ana", order)
    assert (receipt.replayed, receipt.entry.sequence) == (True, 1)
    assert len(world.entries) == 1


def test_a_twin_that_spent_all_the_money_is_no_lack_of_funds(world: TradingWorld, ledger: InterruptedLedger) -> None:
    order = world.order(quantity="1172.95")

    def overtaken() -> None:
        world.trade("ana", order)
        raise ConcurrentUpdate("as the portfolio's condition says when it is seen first")

    ledger.before_recording = overtaken
    receipt = world.trade("ana", order)
    assert (receipt.replayed, receipt.entry.sequence) == (True, 1)


def test_a_twin_with_another_body_is_a_reused_key(world: TradingWorld, ledger: InterruptedLedger) -> None:
    order = world.order()
    other = replace(order, side=Side.SELL)
    ledger.before_recording = lambda: world.trade("ana", other)
    assert_refused("key_reused", lambda: world.trade("ana", order))


class BusyLedger(MemoryLedger):
    """A ledger whose portfolios have always just moved on."""

    def record(self, entry: LedgerEntry, after: Portfolio) -> bool:
        raise ConcurrentUpdate("again")


def test_who_never_gets_a_turn_is_told_so(world: TradingWorld) -> None:
    world.ledger = BusyLedger(world.portfolios)
    assert_refused("busy", world.buy)
    assert world.held == OPENING


class SilentLedger(MemoryLedger):
    """A ledger that records and does not say so."""

    def record(self, entry: LedgerEntry, after: Portfolio) -> bool:
        super().record(entry, after)
        raise StoreUnavailable("no answer")


def test_who_had_no_answer_asks_again_and_has_the_entry(world: TradingWorld) -> None:
    order = world.order()
    world.ledger = SilentLedger(world.portfolios)
    with pytest.raises(StoreUnavailable):
        world.trade("ana", order)
    receipt = world.trade("ana", order)
    assert (receipt.replayed, receipt.entry.sequence) == (True, 1)
