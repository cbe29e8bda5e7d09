from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from math import log
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.features import FEATURE_HASH, FEATURE_NAMES, PRICE_FEATURE_NAMES, affine_terms, feature_matrix
from divisa.domain.market import MarketView
from tests.builders import WEDNESDAY, a_market_view, a_summary

if TYPE_CHECKING:
    from numpy.typing import NDArray

KNOWN_TO_NEWCOMERS = {
    "z_1h",
    "z_1d",
    "z_7d",
    "z_30d",
    "range_position",
    "volatility",
    "trend_short",
    "trend_long",
    "log_trades",
    "activity",
}

SUMMARIES = st.builds(
    a_summary,
    last_buy=st.floats(2.5, 3.5),
    last_sell=st.floats(2.5, 3.5),
    usual_buy=st.floats(2.5, 3.5),
    cost=st.floats(12.0, 30.0),
    sells=st.floats(0, 50).map(float),
    mean_gap=st.floats(0, 90),
) | st.just(NEWCOMER)
MARKETS = st.builds(
    a_market_view,
    ewma_1h=st.floats(2.7, 2.9),
    ewma_30d=st.floats(2.7, 2.9),
    sigma=st.floats(1e-4, 0.1),
    low=st.floats(2.5, 2.8),
    high=st.floats(2.8, 3.0),
)


def matrix(summaries: list[BehaviourSummary[float]], market: MarketView[float], x: float) -> NDArray[np.float32]:
    return feature_matrix(
        stack(BehaviourSummary[Array], summaries),
        stack(MarketView[Array], [market]),
        np.array([WEDNESDAY.timestamp()]),
        np.array([x]),
    )


def named(summary: BehaviourSummary[float], market: MarketView[float] | None = None) -> dict[str, float]:
    seen = market or a_market_view()
    [row] = matrix([summary], seen, seen.log_mid)
    return dict(zip(FEATURE_NAMES, row.tolist(), strict=True))


def test_there_are_twenty_four_features_each_with_a_name_of_its_own() -> None:
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES) == 24
    assert FEATURE_NAMES[: len(PRICE_FEATURE_NAMES)] == PRICE_FEATURE_NAMES
    assert len(PRICE_FEATURE_NAMES) == 9


def test_the_hash_says_whether_a_model_was_trained_on_these_columns() -> None:
    """When this fails, columns changed: models that were trained before no longer fit. Then write the new one here."""
    assert FEATURE_HASH == "d2a566f06610112c"
    assert hashlib.sha256("\n".join(reversed(FEATURE_NAMES)).encode()).hexdigest()[:16] != FEATURE_HASH


def test_a_newcomer_is_known_by_the_market_alone() -> None:
    features = named(NEWCOMER)
    assert {name for name, value in features.items() if not np.isnan(value)} == KNOWN_TO_NEWCOMERS
    assert features["log_trades"] == features["activity"] == 0.0


def test_a_matrix_is_what_the_model_takes() -> None:
    features = matrix([a_summary(), NEWCOMER], a_market_view(), 2.8)
    assert features.shape == (2, 24)
    assert features.dtype == np.float32
    assert features.flags.c_contiguous


def test_no_user_makes_no_row() -> None:
    assert matrix([], a_market_view(), 2.8).shape == (0, 24)


def test_features_of_one_user_are_what_a_person_would_work_out() -> None:
    features = named(a_summary(gains=3.0, losses=1.0, sells=4.0, mean_gap=15.0, recent_sells=3.0))
    assert features["log_price_over_cost"] == pytest.approx(log(17.05 / 17.0), rel=1e-5)
    assert features["range_position"] == pytest.approx(0.9, rel=1e-5)
    assert features["z_1d"] == pytest.approx(0.002 / 0.008, rel=1e-5)
    assert features["trend_long"] == pytest.approx(-0.02 / 0.008, rel=1e-5)
    assert features["days_since_last"] == 30.0
    assert features["gap_ratio"] == 2.0
    assert features["activity"] == 2.0
    assert features["buy_share"] == 0.25
    assert features["gain_share"] == 0.75
    assert features["holding"] == pytest.approx(log(2))
    assert features["log_trades"] == pytest.approx(log(6))


def test_a_seller_is_met_on_the_usual_day_with_one_and_half_a_cycle_later_with_minus_one() -> None:
    angle = 4 * np.pi * (WEDNESDAY - WEDNESDAY.replace(day=1, hour=0)) / timedelta(days=31)
    seller = a_summary(phase_cos=float(np.cos(angle)), phase_sin=float(np.sin(angle)))
    assert named(seller)["sell_phase"] == pytest.approx(1.0)
    opposite = replace(seller, phase_cos=-seller.phase_cos, phase_sin=-seller.phase_sin)
    assert named(opposite)["sell_phase"] == pytest.approx(-1.0)


@pytest.mark.parametrize("gap", [0.0, 1e-300, 1 / 1440])
def test_a_burst_of_orders_is_no_habit(gap: float) -> None:
    assert named(a_summary(mean_gap=gap))["gap_ratio"] == pytest.approx(30 * 1440)


def test_a_market_without_a_range_has_no_place_in_it() -> None:
    assert np.isnan(named(a_summary(), a_market_view(low=2.8, high=2.8))["range_position"])


@given(st.lists(SUMMARIES, min_size=1, max_size=6), MARKETS, st.floats(2.3, 3.3))
def test_each_price_feature_is_its_slope_times_x_plus_its_intercept(
    summaries: list[BehaviourSummary[float]], market: MarketView[float], x: float
) -> None:
    slope, intercept = affine_terms(stack(BehaviourSummary[Array], summaries), stack(MarketView[Array], [market]))
    expected = (slope * x + intercept).astype(np.float32)
    priced = matrix(summaries, market, x)[:, : len(PRICE_FEATURE_NAMES)]
    assert np.array_equal(priced, expected, equal_nan=True)


@given(st.lists(SUMMARIES, min_size=1, max_size=6), MARKETS)
def test_a_higher_price_never_lowers_a_price_feature(
    summaries: list[BehaviourSummary[float]], market: MarketView[float]
) -> None:
    slope, _ = affine_terms(stack(BehaviourSummary[Array], summaries), stack(MarketView[Array], [market]))
    assert ((slope > 0) | np.isnan(slope)).all()


@given(SUMMARIES, MARKETS, st.floats(2.3, 3.3), st.floats(2.3, 3.3))
def test_features_behind_the_price_features_do_not_move_with_the_price(
    summary: BehaviourSummary[float], market: MarketView[float], x: float, other: float
) -> None:
    state = slice(len(PRICE_FEATURE_NAMES), None)
    assert np.array_equal(
        matrix([summary], market, x)[:, state], matrix([summary], market, other)[:, state], equal_nan=True
    )


@given(st.lists(SUMMARIES, min_size=1, max_size=9), MARKETS, st.floats(2.3, 3.3))
def test_a_batch_has_the_same_bits_as_its_rows_one_by_one(
    summaries: list[BehaviourSummary[float]], market: MarketView[float], x: float
) -> None:
    alone = np.concatenate([matrix([summary], market, x) for summary in summaries])
    assert np.array_equal(matrix(summaries, market, x), alone, equal_nan=True)


@given(st.lists(SUMMARIES, min_size=1, max_size=9), MARKETS, st.floats(2.3, 3.3))
def test_a_market_that_all_share_has_the_same_bits_as_one_market_each(
    summaries: list[BehaviourSummary[float]], market: MarketView[float], x: float
) -> None:
    size = len(summaries)
    each = feature_matrix(
        stack(BehaviourSummary[Array], summaries),
        stack(MarketView[Array], [market] * size),
        np.full(size, WEDNESDAY.timestamp()),
        np.full(size, x),
    )
    assert np.array_equal(matrix(summaries, market, x), each, equal_nan=True)
