from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.errors import Refused
from divisa.domain.offer import execution_price, offered
from divisa.domain.transaction import Side
from tests.builders import WEDNESDAY, a_quote

SHOWN = offered(a_quote("17.00", bid="16.990", ask="17.010"), "ana", WEDNESDAY)
NO_SLIPPAGE = Decimal(0)


def test_an_offer_lasts_to_its_last_moment() -> None:
    validity = timedelta(seconds=15)
    assert not SHOWN.is_expired(WEDNESDAY + validity, validity)
    assert SHOWN.is_expired(WEDNESDAY + validity + timedelta(microseconds=1), validity)


def test_a_buy_is_made_at_the_ask_and_a_sell_at_the_bid() -> None:
    same = a_quote("17.00", bid="16.990", ask="17.010")
    assert execution_price(SHOWN, same, Side.BUY, NO_SLIPPAGE) == Decimal("17.010")
    assert execution_price(SHOWN, same, Side.SELL, NO_SLIPPAGE) == Decimal("16.990")


@pytest.mark.parametrize(("side", "bid", "ask"), [(Side.BUY, "16.990", "17.0101"), (Side.SELL, "16.9899", "17.010")])
def test_a_worse_price_is_refused_unless_it_is_within_the_limit(side: Side, bid: str, ask: str) -> None:
    moved = a_quote("17.00", bid=bid, ask=ask)
    with pytest.raises(Refused) as refused:
        execution_price(SHOWN, moved, side, NO_SLIPPAGE)
    assert refused.value.code == "price_moved"
    assert execution_price(SHOWN, moved, side, Decimal("0.00001")) == (moved.ask if side is Side.BUY else moved.bid)


def test_a_better_price_is_the_users() -> None:
    better = a_quote("17.00", bid="17.100", ask="16.900")
    assert execution_price(SHOWN, better, Side.BUY, NO_SLIPPAGE) == Decimal("16.900")
    assert execution_price(SHOWN, better, Side.SELL, NO_SLIPPAGE) == Decimal("17.100")


@given(st.sampled_from(Side), st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 50_000))
def test_nobody_pays_more_than_the_limit_above_what_they_saw(side: Side, shown: int, now: int, limit: int) -> None:
    prices = (Decimal(shown).scaleb(-6), Decimal(now).scaleb(-6))
    seen, newest = (a_quote("17", bid=price, ask=price) for price in prices)
    slippage = Decimal(limit).scaleb(-6)
    factor = 1 + slippage if side is Side.BUY else 1 - slippage
    is_worse = prices[1] > prices[0] * factor if side is Side.BUY else prices[1] < prices[0] * factor
    try:
        price = execution_price(offered(seen, "ana", WEDNESDAY), newest, side, slippage)
    except Refused:
        assert is_worse
    else:
        assert price == prices[1]
        assert not is_worse
