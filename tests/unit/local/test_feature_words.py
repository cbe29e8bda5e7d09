"""The model's features in words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.features import FEATURE_NAMES, question
from divisa.domain.market import MarketView
from local.feature_words import in_words
from tests.builders import USD_MXN, a_market_view


@pytest.mark.parametrize("feature", FEATURE_NAMES)
def test_every_feature_has_words_of_its_own(feature: str) -> None:
    others = {in_words(other, 0.5, USD_MXN) for other in FEATURE_NAMES if other != feature}

    assert in_words(feature, 0.5, USD_MXN) not in others


def test_whatever_is_unknown_of_a_newcomer_in_a_market_that_stands_still_has_words() -> None:
    still = a_market_view(low=2.8, high=2.8)
    asked = question(
        stack(BehaviourSummary[Array], [NEWCOMER]),
        stack(MarketView[Array], [still]),
        np.array([0.0]),
        np.array([2.8]),
    )

    [features] = asked.features().tolist()
    unknown = [name for name, value in zip(FEATURE_NAMES, features, strict=True) if math.isnan(value)]

    assert "range_position" in unknown
    assert all(in_words(name, math.nan, USD_MXN) for name in unknown)


@pytest.mark.parametrize(
    ("feature", "value", "words"),
    [
        ("log_price_over_cost", math.log(0.979), "the price is 2.1 % below what the USD held cost on average"),
        ("log_price_over_cost", math.nan, "holds no USD of which the cost is known"),
        ("z_7d", -1.26, "the price is 1.3 daily volatilities below its 7-day average"),
        ("range_position", 0.944, "the price is 94 % of the way from the 30-day low to the high"),
        ("log_trades", math.log(13), "12 purchases and sales so far"),
        ("buy_share", 0.75, "75 % of the recent ones were purchases"),
        ("holding", math.log1p(3), "holds 3.0 times the USD of a usual purchase or sale"),
    ],
)
def test_the_words_hold_the_number_in_a_unit_that_can_be_checked(feature: str, value: float, words: str) -> None:
    assert in_words(feature, value, USD_MXN) == words
