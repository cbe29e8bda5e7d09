from __future__ import annotations

from decimal import Decimal
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.pair import round_money
from divisa.domain.policy import PolicyRules, suggested_amount
from divisa.domain.transaction import Side
from tests.builders import a_portfolio, a_quote

KNOBS = PolicyRules()


@pytest.mark.parametrize(
    ("side", "usual", "amount"),
    [
        (Side.SELL, 129.99, "120.00"),
        (Side.SELL, 87.65, "87.00"),
        (Side.SELL, 120.0, "120.00"),
        (Side.SELL, nan, "10.00"),
        (Side.SELL, 2.0, "10.00"),
        (Side.SELL, 800.0, "500.00"),
        (Side.SELL, inf, "500.00"),
        (Side.BUY, 120.0, "120.00"),
        (Side.BUY, 5000.0, "1100.00"),  # 20,000 pesos buy 1,172.95 dollars at an ask of 17.051
    ],
)
def test_the_usual_amount_is_suggested_in_a_number_that_a_person_would_say(
    side: Side, usual: float, amount: str
) -> None:
    assert str(suggested_amount(side, a_portfolio("500", "20000"), usual, a_quote(), KNOBS)) == amount


def test_the_rich_are_suggested_the_largest_amount_at_most() -> None:
    assert suggested_amount(Side.SELL, a_portfolio("1e9"), 1e8, a_quote(), KNOBS) == KNOBS.max_amount


@pytest.mark.parametrize(("base", "amount"), [("9.99", "9.90"), ("0.01", "0.01"), ("0", "0.00")])
def test_of_less_than_the_least_amount_what_there_is_remains(base: str, amount: str) -> None:
    assert str(suggested_amount(Side.SELL, a_portfolio(base), 100.0, a_quote(), KNOBS)) == amount


@pytest.mark.parametrize("side", Side)
def test_who_has_no_portfolio_is_suggested_nothing(side: Side) -> None:
    assert suggested_amount(side, None, 100.0, a_quote(), KNOBS) == 0


def test_rounding_stops_at_the_least_amount() -> None:
    knobs = PolicyRules(min_amount=Decimal("10.55"))
    assert suggested_amount(Side.SELL, a_portfolio("10.60"), 10.8, a_quote(), knobs) == Decimal("10.55")
    assert suggested_amount(Side.SELL, a_portfolio("10.54"), 10.8, a_quote(), knobs) == Decimal("10.00")


def test_a_size_that_comes_from_a_column_is_read_as_well() -> None:
    assert suggested_amount(Side.SELL, a_portfolio(), np.float64(120.5), a_quote(), KNOBS) == Decimal(120)


@given(
    st.sampled_from(Side),
    st.decimals(0, 10**9, places=2),
    st.decimals(0, 10**9, places=2),
    st.floats(0, 20_000) | st.floats(0) | st.just(nan),
    st.decimals("0.01", 10**5, places=5),
)
def test_a_suggested_amount_is_always_covered_whole_cents_and_within_limits(
    side: Side, base: Decimal, quote_balance: Decimal, usual: float, mid: Decimal
) -> None:
    quote = a_quote(mid + 1)
    amount = suggested_amount(side, a_portfolio(base, quote_balance), usual, quote, KNOBS)
    available = base if side is Side.SELL else quote_balance / quote.ask
    assert amount == round_money(amount, "USD")
    assert 0 <= amount <= KNOBS.max_amount
    assert (amount >= KNOBS.min_amount) == (available >= KNOBS.min_amount)
    assert len(amount.normalize().as_tuple().digits) <= 2
    if side is Side.SELL:
        assert amount <= base
    else:
        assert round_money(amount * quote.ask, "MXN") <= quote_balance
