from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.errors import InvalidInput
from divisa.domain.pair import round_money
from divisa.domain.portfolio import Portfolio, apply
from divisa.domain.transaction import Side, Transaction
from tests.builders import USD_MXN, a_portfolio, a_transaction

NOTHING = Decimal(0)


def with_pesos(amount: str) -> Portfolio:
    return Portfolio("ana", USD_MXN, quote_balance=Decimal(amount))


def test_a_buy_turns_pesos_into_dollars_at_cost() -> None:
    after = apply(with_pesos("2000"), a_transaction(Side.BUY, "100", "17.055"))
    assert (after.base_balance, after.quote_balance) == (Decimal(100), Decimal("294.50"))
    assert after.average_cost == Decimal("17.055")
    assert after.realised_pnl == 0


def test_a_sell_takes_its_share_of_the_cost_along() -> None:
    bought = apply(with_pesos("1700"), a_transaction(Side.BUY, "100", "17.00"))
    after = apply(bought, a_transaction(Side.SELL, "40", "18.00"))
    assert (after.base_balance, after.quote_balance) == (Decimal(60), Decimal(720))
    assert after.realised_pnl == 40
    assert after.average_cost == 17


def test_unrealised_gains_are_what_selling_everything_would_earn() -> None:
    assert a_portfolio("100").unrealised_pnl(Decimal("17.505")) == Decimal("50.50")


def test_nothing_held_has_no_average_cost() -> None:
    assert with_pesos("100").average_cost is None


@pytest.mark.parametrize(
    "transaction",
    [
        a_transaction(Side.BUY, "100.01", "17.00"),
        a_transaction(Side.SELL, "50.01", "17.00"),
    ],
)
def test_what_the_balance_does_not_cover_is_refused(transaction: Transaction) -> None:
    portfolio = a_portfolio("50", "1700")
    with pytest.raises(InvalidInput, match="does not cover"):
        apply(portfolio, transaction)


@pytest.mark.parametrize(("quantity", "price"), [("0", "17"), ("-1", "17"), ("1", "0"), ("1", "-17")])
@pytest.mark.parametrize("side", Side)
def test_a_trade_of_nothing_or_less_is_refused(side: Side, quantity: str, price: str) -> None:
    with pytest.raises(InvalidInput, match="positive"):
        apply(a_portfolio(), a_transaction(side, quantity, price))


def test_the_whole_balance_may_be_spent_and_sold() -> None:
    spent = apply(with_pesos("1700"), a_transaction(Side.BUY, "100", "17.00"))
    assert spent.quote_balance == 0
    sold = apply(spent, a_transaction(Side.SELL, "100", "17.00"))
    assert (sold.base_balance, sold.base_cost, sold.realised_pnl) == (NOTHING, NOTHING, NOTHING)


TRADES = st.lists(
    st.tuples(st.sampled_from(Side), st.integers(1, 500_000), st.integers(10_000, 30_000)), min_size=1, max_size=25
)


@given(TRADES, st.integers(0, 10**7))
def test_money_is_never_negative_and_every_peso_is_accounted_for(
    trades: list[tuple[Side, int, int]], opening: int
) -> None:
    portfolio = with_pesos(str(Decimal(opening) / 100))
    start, spent, earned, bought, sold = portfolio, NOTHING, NOTHING, NOTHING, NOTHING
    for side, cents, price in trades:
        trade = a_transaction(side, Decimal(cents) / 100, Decimal(price) / 1000)
        amount = round_money(trade.quantity * trade.price, "MXN")
        try:
            portfolio = apply(portfolio, trade)
        except InvalidInput:
            continue
        if side is Side.BUY:
            spent, bought = spent + amount, bought + trade.quantity
        else:
            earned, sold = earned + amount, sold + trade.quantity
        assert min(portfolio.base_balance, portfolio.quote_balance, portfolio.base_cost) >= 0
    assert portfolio.quote_balance == start.quote_balance - spent + earned
    assert portfolio.base_balance == bought - sold
    assert portfolio.realised_pnl == earned - (spent - portfolio.base_cost)
    if portfolio.base_balance > 0:
        portfolio = apply(portfolio, a_transaction(Side.SELL, portfolio.base_balance, "17.123"))
    assert portfolio.base_cost == 0
    assert portfolio.quote_balance == start.quote_balance + portfolio.realised_pnl
