"""Whatever knobs are accepted, the policy has an answer: a document that is taken stops nobody's decisions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from math import inf, nan
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.errors import InvalidSetting
from divisa.domain.policy import RULES, PolicyRules, judge, learned_until, suggested_amount
from divisa.domain.policy.amount import funds
from divisa.domain.transaction import Side
from tests.builders import a_portfolio, a_quote
from tests.unit.domain.policy.facts import some_facts

USABLE = st.decimals("0.01", 10**9)
AMOUNTS = (
    st.sampled_from([Decimal("1E+30"), Decimal("1E-30"), Decimal("NaN"), Decimal("1E+999999"), Decimal("Infinity")])
    | USABLE
    | st.builds(lambda digits, exponent: Decimal((0, digits, exponent)), st.just((9,) * 40), st.integers(-45, 9))
)
LIMITS = (
    st.tuples(AMOUNTS, AMOUNTS)
    | AMOUNTS.map(lambda one: (one, one))
    | st.tuples(USABLE, USABLE).map(lambda two: (min(two), max(two)))
)
FLOATS = st.floats(0, 1)
KNOBS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "cooldown": st.timedeltas(timedelta(0), timedelta(days=366)),
        "contradiction": st.timedeltas(timedelta(0), timedelta(days=366)),
        "max_quote_age": st.timedeltas(timedelta(0), timedelta(days=1)),
        "max_spread": FLOATS,
        "max_model_age": st.none() | st.timedeltas(timedelta(0)),
        "min_propensity_buy": FLOATS,
        "min_effect": st.none() | FLOATS,
        "min_gain": st.none() | FLOATS,
        "holdout_share": FLOATS,
    },
)


@given(
    KNOBS,
    LIMITS,
    st.sampled_from(Side),
    st.decimals(0, 10**9, places=2),
    st.floats(0) | st.sampled_from([nan, inf]),
    st.sampled_from(["17.05", "0.0001", "100000"]),
)
def test_with_any_knobs_that_are_accepted_there_is_an_amount_and_a_verdict(
    knobs: dict[str, Any], limits: tuple[Decimal, Decimal], side: Side, balance: Decimal, usual: float, mid: str
) -> None:
    try:
        rules = PolicyRules(min_amount=limits[0], max_amount=limits[1], **knobs)
    except InvalidSetting:
        return  # Nobody decides by them.
    portfolio, quote = a_portfolio(balance, balance), a_quote(bid=f"{mid}1", ask=f"{mid}2")

    amount = suggested_amount(side, portfolio, usual, quote, rules)

    assert 0 <= amount <= funds(side, portfolio, quote)
    assert len(judge(some_facts(side=side, quote=quote, amount=amount), rules).outcomes) == len(RULES)


def test_a_model_that_learned_until_the_end_of_time_does_not_tell_when() -> None:
    assert learned_until("hgb-99991231-0f3a9c") is None
