from __future__ import annotations

from math import inf, log, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.reasons import MIN_MOVE, Reason, ReasonCode, reasons_for
from divisa.domain.transaction import Side

NAMES = (
    "log_price_over_cost",
    "log_price_over_last_buy",
    "log_price_over_last_sell",
    "log_price_over_week",
    "range_position",
    "sell_phase",
    "gap_ratio",
    "days_since_last",
)


def codes(side: Side, **evidence: float) -> list[ReasonCode]:
    return [reason.code for reason in reasons_for(side, evidence, 0.4, limit=9)]


@pytest.mark.parametrize(
    ("side", "name", "value", "code"),
    [
        (Side.BUY, "log_price_over_cost", log(0.97), ReasonCode.BELOW_COST),
        (Side.SELL, "log_price_over_cost", log(1.03), ReasonCode.ABOVE_COST),
        (Side.BUY, "log_price_over_last_sell", log(0.97), ReasonCode.BELOW_LAST_SELL),
        (Side.SELL, "log_price_over_last_buy", log(1.03), ReasonCode.ABOVE_LAST_BUY),
        (Side.BUY, "log_price_over_week", log(0.97), ReasonCode.BELOW_WEEK),
        (Side.SELL, "log_price_over_week", log(1.03), ReasonCode.ABOVE_WEEK),
    ],
)
def test_a_move_in_the_direction_of_the_side_is_a_reason_with_its_percent(
    side: Side, name: str, value: float, code: ReasonCode
) -> None:
    assert reasons_for(side, {name: value}, 0.4) == (Reason(code, 3.0),)
    assert codes(side, **{name: -value}) == [ReasonCode.USUAL_MOMENT]


@pytest.mark.parametrize(
    ("side", "place", "reason"),
    [
        (Side.BUY, 0.05, Reason(ReasonCode.MONTH_LOW, 5.0)),
        (Side.BUY, -0.4, Reason(ReasonCode.MONTH_LOW, 0.0)),
        (Side.SELL, 0.93, Reason(ReasonCode.MONTH_HIGH, 93.0)),
        (Side.SELL, 1.4, Reason(ReasonCode.MONTH_HIGH, 100.0)),
        (Side.BUY, 0.93, Reason(ReasonCode.USUAL_MOMENT, 40.0)),
        (Side.SELL, 0.05, Reason(ReasonCode.USUAL_MOMENT, 40.0)),
        (Side.SELL, 0.5, Reason(ReasonCode.USUAL_MOMENT, 40.0)),
    ],
)
def test_an_edge_of_the_range_is_a_reason_for_its_side(side: Side, place: float, reason: Reason) -> None:
    assert reasons_for(side, {"range_position": place}, 0.4) == (reason,)


def test_the_strongest_reason_comes_first_and_the_rest_is_left_out() -> None:
    evidence = {
        "log_price_over_cost": log(1.02),
        "log_price_over_last_buy": log(1.06),
        "log_price_over_week": log(1.01),
        "range_position": 0.85,
    }
    assert codes(Side.SELL, **evidence) == [
        ReasonCode.ABOVE_LAST_BUY,
        ReasonCode.MONTH_HIGH,
        ReasonCode.ABOVE_COST,
        ReasonCode.ABOVE_WEEK,
    ]
    assert len(reasons_for(Side.SELL, evidence, 0.4)) == 2


def test_a_move_too_small_to_notice_is_no_reason() -> None:
    assert codes(Side.SELL, log_price_over_cost=log(1.004)) == [ReasonCode.USUAL_MOMENT]


def test_the_days_on_which_a_user_sells_are_a_reason_to_sell_and_never_to_buy() -> None:
    assert reasons_for(Side.SELL, {"sell_phase": 0.8}, 0.4) == (Reason(ReasonCode.USUAL_DATES, 80.0),)
    assert codes(Side.SELL, sell_phase=0.4) == [ReasonCode.USUAL_MOMENT]
    assert codes(Side.BUY, sell_phase=0.8) == [ReasonCode.USUAL_MOMENT]


def test_a_longer_pause_than_usual_is_a_reason_with_its_days() -> None:
    assert reasons_for(Side.BUY, {"gap_ratio": 1.5, "days_since_last": 30.04}, 0.4) == (Reason(ReasonCode.DUE, 30.0),)
    assert codes(Side.BUY, gap_ratio=0.9, days_since_last=30.0) == [ReasonCode.USUAL_MOMENT]
    assert codes(Side.BUY, gap_ratio=3.0, days_since_last=0.2) == [ReasonCode.USUAL_MOMENT]


def test_the_price_is_named_before_the_calendar() -> None:
    evidence = {"sell_phase": 1.0, "gap_ratio": 9.0, "days_since_last": 90.0, "log_price_over_cost": log(1.01)}
    assert codes(Side.SELL, **evidence) == [ReasonCode.ABOVE_COST, ReasonCode.USUAL_DATES, ReasonCode.DUE]


def test_who_has_no_history_is_told_that_it_is_a_usual_moment() -> None:
    nothing_known = dict.fromkeys(NAMES, nan)
    for side in Side:
        assert reasons_for(side, nothing_known, 0.615) == (Reason(ReasonCode.USUAL_MOMENT, 61.5),)
        assert reasons_for(side, {}, 0.615) == (Reason(ReasonCode.USUAL_MOMENT, 61.5),)


@given(
    st.sampled_from(Side),
    st.dictionaries(st.sampled_from(NAMES), st.floats(-40, 40) | st.just(nan)),
    st.floats(0, 1),
)
def test_there_is_always_a_reason_and_its_number_is_not_negative(
    side: Side, evidence: dict[str, float], propensity: float
) -> None:
    reasons = reasons_for(side, evidence, propensity)
    assert 1 <= len(reasons) <= 2
    for reason in reasons:
        assert 0 <= reason.number < inf
        if reason.code in {ReasonCode.BELOW_COST, ReasonCode.ABOVE_COST}:
            assert reason.number >= MIN_MOVE
