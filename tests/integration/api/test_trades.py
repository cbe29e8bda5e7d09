"""Trades of many at once: one key makes one entry, and every book is right to the cent."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from client import ApiProblem
from tests.integration.api.books import PAIR
from tests.integration.api.floor import insistently

if TYPE_CHECKING:
    from client import Receipt
    from client.values import Side, Transaction
    from tests.integration.api.books import Trader
    from tests.integration.api.floor import Floor

pytestmark = pytest.mark.integration

ALLOWED = {"insufficient_funds", "price_moved", "busy", "quote_expired"}
"""Refusals that are right when many trade at once."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants, under which key."""

    trader: Trader
    key: str
    side: Side
    quantity: Decimal
    slippage: Decimal = Decimal("0.05")


def send(order: Order, quote_id: str) -> Receipt | str:
    """The receipt, or the code of the refusal."""
    try:
        return insistently(
            lambda: order.trader.client.create_transaction(
                order.key,
                quote_id=quote_id,
                side=order.side,
                quantity=order.quantity,
                max_slippage=order.slippage,
            )
        )
    except ApiProblem as problem:
        assert problem.status == 409, problem
        return problem.code


def test_two_hundred_buys_at_once_with_the_same_key_make_one_entry(floor: Floor) -> None:
    trader = floor.trader("one-key")
    quote = trader.client.get_quote(PAIR)
    order = Order(trader, "the-only-key", "BUY", Decimal("10.00"))
    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(lambda _: send(order, quote.quote_id), range(200)))

    receipts = [each for each in answers if not isinstance(each, str)]
    assert {each for each in answers if isinstance(each, str)} <= {"busy"}
    assert len(receipts) >= 190
    assert Counter(each.replayed for each in receipts)[False] == 1
    assert len({each.transaction for each in receipts}) == 1
    assert len(trader.audit([receipts[0].transaction])) == 1


def test_a_key_that_named_another_order_is_refused(floor: Floor) -> None:
    trader = floor.trader("reused")
    quote = trader.client.get_quote(PAIR)
    first = send(Order(trader, "k", "BUY", Decimal("10.00")), quote.quote_id)
    assert not isinstance(first, str)
    assert send(Order(trader, "k", "BUY", Decimal("10.01")), quote.quote_id) == "key_reused"
    assert send(Order(trader, "k", "SELL", Decimal("10.00")), quote.quote_id) == "key_reused"
    trader.audit([first.transaction])


def test_one_key_of_two_people_makes_an_entry_for_each(floor: Floor) -> None:
    both = [floor.trader("key-a"), floor.trader("key-b")]
    made = []
    for trader in both:
        receipt = send(Order(trader, "same", "SELL", Decimal("5.00")), trader.client.get_quote(PAIR).quote_id)
        assert not isinstance(receipt, str)
        assert not receipt.replayed
        trader.audit([receipt.transaction])
        made.append(receipt.transaction.transaction_id)
    assert len(set(made)) == 2


def test_a_thousand_trades_of_twenty_people_at_once_keep_every_book_right(floor: Floor) -> None:
    draws = random.Random(7)
    people = [floor.trader(f"crowd-{n}", base="300.00", quote="6000.00") for n in range(20)]
    orders = []
    for _ in range(1_000):
        side: Side = draws.choice(("BUY", "SELL"))
        quantity = Decimal(draws.randrange(1, 15_000)).scaleb(-2)
        orders.append(Order(draws.choice(people), uuid.UUID(int=draws.getrandbits(128)).hex, side, quantity))
    made: dict[str, list[Transaction]] = {trader.user_id: [] for trader in people}
    refused: Counter[str] = Counter()

    with ThreadPoolExecutor(8) as pool:
        for start in range(0, len(orders), 200):
            batch = orders[start : start + 200]
            batch += draws.sample(batch, 10)  # sent again, as an app does that lost the answer
            floor.move_price(Decimal(draws.randrange(16_900, 17_100)).scaleb(-3))
            quotes = {trader.user_id: trader.client.get_quote(PAIR).quote_id for trader in people}
            answers = pool.map(send, batch, [quotes[order.trader.user_id] for order in batch])
            for order, answer in zip(batch, answers, strict=True):
                if isinstance(answer, str):
                    refused[answer] += 1
                else:
                    made[order.trader.user_id].append(answer.transaction)

    assert set(refused) <= ALLOWED
    assert refused["busy"] < 20
    assert refused["insufficient_funds"] > 0, "somebody must have asked for too much"
    with ThreadPoolExecutor(4) as pool:
        entries = list(pool.map(lambda trader: trader.audit(made[trader.user_id]), people))
    assert sum(map(len, entries)) > 500
