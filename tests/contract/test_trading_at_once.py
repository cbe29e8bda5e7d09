"""Many callers at once, on the ledger in memory and on the one in DynamoDB: no order is done twice, no cent is lost."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.ledger import DynamoLedger
from divisa.adapters.aws.portfolios import DynamoPortfolios
from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.domain.errors import Refused
from divisa.domain.transaction import Side
from divisa.services.trade import Order, Trade
from tests.builders import USD_MXN, a_portfolio
from tests.contract.conftest import make_tables
from tests.unit.services.trading import MAX_AGE, VALIDITY, TradingWorld

if TYPE_CHECKING:
    from divisa.ports import Ledger, Portfolios

ZERO = Decimal(0)
USERS = ("ana", "ben", "eva", "leo")


@pytest.fixture
def world(side: str, request: pytest.FixtureRequest) -> TradingWorld:
    """Everybody holds 50 dollars, which cost 17.00 each, and 5,000 pesos."""
    world = TradingWorld()
    portfolios: Portfolios
    ledger: Ledger
    if side == "memory":
        portfolios = memory = MemoryPortfolios()
        ledger = MemoryLedger(memory)
    else:
        tables = make_tables(request.getfixturevalue("cloud"))
        portfolios = DynamoPortfolios(tables.portfolios)
        ledger = DynamoLedger(tables.transactions, tables.portfolios)
    portfolios.put_many(a_portfolio("50", "5000", user_id=user) for user in USERS)
    world.ledger = ledger
    return world


@pytest.fixture
def trade(world: TradingWorld) -> Trade:
    tries = Backoff(attempts=20, base=0.01, cap=0.2).tries
    return Trade(world.ledger, world.markets, world.ids, world.clock, world.wall, VALIDITY, MAX_AGE, tries)


def test_200_callers_with_one_key_make_one_entry(world: TradingWorld, trade: Trade) -> None:
    order = world.order(quantity="1.00")
    with ThreadPoolExecutor(32) as pool:
        receipts = list(pool.map(lambda _: trade("ana", order), range(200)))
    assert Counter(receipt.replayed for receipt in receipts) == {True: 199, False: 1}
    assert len({receipt.entry for receipt in receipts}) == 1
    assert world.held.base_balance == Decimal("51.00")
    assert world.entries == [receipts[0].entry]


def test_random_trades_at_once_keep_the_books(world: TradingWorld, trade: Trade) -> None:
    random = Random(20240110)
    done: Counter[str] = Counter()

    def give(number: int) -> str:
        user, quantity = USERS[number % len(USERS)], Decimal(random.randint(1, 3000)) / 100
        order = Order(f"k-{number}", world.quote_id(user), random.choice(list(Side)), quantity, ZERO)
        try:
            trade(user, order)
        except Refused as refused:
            assert refused.code == "insufficient_funds"
            return ""
        return user

    with ThreadPoolExecutor(8) as pool:
        done.update(pool.map(give, range(160)))
    assert 0 < done[""] < 100
    for user in USERS:
        held = world.ledger.portfolio(user, USD_MXN)
        entries = list(world.ledger.after(user, USD_MXN, 0))
        assert held is not None
        assert [entry.sequence for entry in entries] == list(range(1, held.sequence + 1))
        assert len(entries) == done[user]
        signed = [(1 if entry.transaction.side is Side.BUY else -1, entry) for entry in entries]
        paid = sum((sign * entry.amount for sign, entry in signed), ZERO)
        assert held.base_balance == 50 + sum((sign * entry.transaction.quantity for sign, entry in signed), ZERO)
        assert held.quote_balance == 5000 - paid
        assert held.realised_pnl == held.base_cost - 850 - paid
        assert held.realised_pnl == sum((entry.realised_pnl or ZERO for entry in entries), ZERO)
        assert min(held.base_balance, held.quote_balance, held.base_cost) >= 0
