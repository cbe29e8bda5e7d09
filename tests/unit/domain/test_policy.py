from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.pair import round_money
from divisa.domain.policy import PolicyRules, suggested_amount, suppression
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from tests.builders import WEDNESDAY, a_portfolio, a_quote, a_recipient

RULES = PolicyRules()
AMOUNT = Decimal(100)
FRESH = timedelta(seconds=1)


def why_not(
    recipient: Recipient | None = None,
    amount: Decimal = AMOUNT,
    *,
    told_before: timedelta | None = None,
    age: timedelta = FRESH,
) -> Suppression | None:
    last = None if told_before is None else WEDNESDAY - told_before
    return suppression(recipient, amount, last, WEDNESDAY, age, RULES)


def test_who_agreed_can_pay_and_was_left_in_peace_is_told() -> None:
    assert why_not(a_recipient()) is None


def test_nobody_is_told_who_is_unknown_or_did_not_agree() -> None:
    assert why_not(None) is Suppression.NO_CONSENT
    assert why_not(a_recipient(consent=frozenset())) is Suppression.NO_CONSENT


@pytest.mark.parametrize(
    "recipient",
    [
        a_recipient(phone=None, email=None),
        a_recipient(phone="", email=""),
        a_recipient(consent=frozenset([Channel.SMS]), phone=None),
    ],
)
def test_who_agreed_to_a_channel_without_a_contact_cannot_be_told(recipient: Recipient) -> None:
    assert why_not(recipient) is Suppression.NO_CONTACT


@pytest.mark.parametrize(
    ("beyond", "reason"), [(timedelta(0), None), (timedelta(microseconds=1), Suppression.STALE_QUOTE)]
)
def test_a_price_is_acted_on_until_it_is_too_old(beyond: timedelta, reason: Suppression | None) -> None:
    assert why_not(a_recipient(), age=RULES.max_quote_age + beyond) is reason


@pytest.mark.parametrize(("short", "reason"), [(timedelta(0), None), (timedelta(microseconds=1), Suppression.COOLDOWN)])
def test_nobody_is_told_again_within_the_cooldown(short: timedelta, reason: Suppression | None) -> None:
    assert why_not(a_recipient(), told_before=RULES.cooldown - short) is reason


def test_nobody_is_told_to_spend_what_is_not_there() -> None:
    assert why_not(a_recipient(), Decimal(0)) is Suppression.NO_FUNDS


def test_of_several_reasons_the_first_in_order_is_recorded() -> None:
    nothing, old, soon = Decimal(0), timedelta(hours=1), timedelta(hours=1)
    silent = a_recipient(consent=frozenset(), phone=None, email=None)
    assert why_not(silent, nothing, told_before=soon, age=old) is Suppression.NO_CONSENT
    unreachable = a_recipient(phone=None, email=None)
    assert why_not(unreachable, nothing, told_before=soon, age=old) is Suppression.NO_CONTACT
    assert why_not(a_recipient(), nothing, told_before=soon, age=old) is Suppression.STALE_QUOTE
    assert why_not(a_recipient(), nothing, told_before=soon) is Suppression.COOLDOWN


@pytest.mark.parametrize(
    ("side", "usual", "amount"),
    [
        (Side.SELL, 120.129, "120.12"),
        (Side.SELL, 120.1, "120.10"),  # 120.1 as a float is a little less
        (Side.SELL, nan, "10.00"),
        (Side.SELL, 2.0, "10.00"),
        (Side.SELL, 800.0, "500.00"),
        (Side.SELL, inf, "500.00"),
        (Side.BUY, 120.0, "120.00"),
        (Side.BUY, 5000.0, "1172.95"),  # 20,000 pesos at an ask of 17.051
    ],
)
def test_the_usual_amount_is_suggested_within_limits_and_funds(side: Side, usual: float, amount: str) -> None:
    assert str(suggested_amount(side, a_portfolio("500", "20000"), usual, a_quote(), RULES)) == amount


def test_the_rich_are_suggested_the_largest_amount_at_most() -> None:
    assert suggested_amount(Side.SELL, a_portfolio("1e9"), 1e8, a_quote(), RULES) == RULES.max_amount


@pytest.mark.parametrize("side", Side)
def test_funds_below_the_least_amount_make_no_suggestion(side: Side) -> None:
    assert suggested_amount(side, a_portfolio("9.99", "170.50"), 100.0, a_quote(), RULES) == 0
    assert suggested_amount(side, None, 100.0, a_quote(), RULES) == 0


def test_a_size_that_comes_from_a_column_is_read_as_well() -> None:
    assert suggested_amount(Side.SELL, a_portfolio(), np.float64(120.5), a_quote(), RULES) == Decimal("120.5")


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
    amount = suggested_amount(side, a_portfolio(base, quote_balance), usual, quote, RULES)
    assert amount == round_money(amount, "USD")
    assert amount == 0 or RULES.min_amount <= amount <= RULES.max_amount
    if side is Side.SELL:
        assert amount <= base
    else:
        assert round_money(amount * quote.ask, "MXN") <= quote_balance
