from __future__ import annotations

from math import log

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.features import (
    FEATURE_NAMES,
    PRICE_FEATURE_NAMES,
    QUESTION_NAMES,
    Question,
    question,
    question_of_rows,
)
from divisa.domain.market import MarketView
from tests.builders import WEDNESDAY, a_market_view, a_summary
from tests.unit.domain.features.test_matrix import MARKETS, SUMMARIES, matrix

NOW = np.array([WEDNESDAY.timestamp()])


def asked(summaries: list[BehaviourSummary[float]], market: MarketView[float], x: float) -> Question:
    users = stack(BehaviourSummary[Array], summaries)
    return question(users, stack(MarketView[Array], [market]), NOW, np.array([x]), margin=0.002)


@given(st.lists(SUMMARIES, min_size=1, max_size=5), MARKETS, st.floats(2.5, 3.5))
def test_a_question_holds_the_features_that_a_model_is_trained_on_to_the_last_bit(
    summaries: list[BehaviourSummary[float]], market: MarketView[float], x: float
) -> None:
    features = asked(summaries, market, x).features()
    assert features.dtype == np.float32
    np.testing.assert_array_equal(features, matrix(summaries, market, x))


@given(st.lists(SUMMARIES, min_size=1, max_size=5), MARKETS, st.floats(2.5, 3.5), st.floats(2.5, 3.5))
def test_the_same_users_may_be_asked_about_at_another_price(
    summaries: list[BehaviourSummary[float]], market: MarketView[float], x: float, other: float
) -> None:
    moved = asked(summaries, market, x).at(other)
    np.testing.assert_array_equal(moved.features(), matrix(summaries, market, other))


@given(st.lists(SUMMARIES, min_size=1, max_size=5), MARKETS, st.floats(2.5, 3.5))
def test_nothing_is_lost_on_the_way_to_an_endpoint(
    summaries: list[BehaviourSummary[float]], market: MarketView[float], x: float
) -> None:
    sent = asked(summaries, market, x)
    rows = sent.rows()
    assert rows.shape == (len(summaries), len(QUESTION_NAMES))
    received = question_of_rows(rows)
    for column, back in zip(sent, received, strict=True):
        np.testing.assert_array_equal(column, back)
    assert received.state.dtype == np.float32


def test_its_columns_are_named_in_their_order() -> None:
    [row] = asked([a_summary()], a_market_view(), log(17.05)).rows()
    named = dict(zip(QUESTION_NAMES, row.tolist(), strict=True))
    assert len(QUESTION_NAMES) == 1 + len(PRICE_FEATURE_NAMES) + len(FEATURE_NAMES) + 1
    assert named["x"] == log(17.05)
    assert named["slope_of_log_price_over_cost"] == 1.0
    assert named["intercept_of_log_price_over_cost"] == -log(17.0)
    assert named["days_since_last"] == 30.0
    assert named["margin"] == 0.002


def test_a_part_of_it_is_a_question() -> None:
    whole = asked([a_summary()] * 3, a_market_view(), 2.8)
    part = whole.part([2, 0])
    assert [len(column) for column in part] == [2, 2, 2, 2, 2]


def test_without_a_margin_it_asks_for_no_more_than_the_band() -> None:
    market = stack(MarketView[Array], [a_market_view()])
    users = stack(BehaviourSummary[Array], [a_summary()] * 2)
    assert np.isnan(question(users, market, NOW, np.array([2.8])).margin).tolist() == [True, True]
