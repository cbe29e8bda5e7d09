from __future__ import annotations

from math import isnan, log

import numpy as np
import pytest

from divisa.domain.bands import Band
from divisa.domain.behaviour import NEWCOMER
from divisa.domain.errors import ScorerUnavailable
from divisa.domain.evaluation import Decision, Evaluation
from divisa.domain.features import FEATURE_NAMES
from tests.builders import USD_MXN, a_market_state, a_summary
from tests.unit.services.world import World

MARKET = a_market_state("17.25")


def test_users_are_answered_in_the_order_in_which_they_were_asked_about() -> None:
    world = World({"ana": 17.0, "ben": 17.6, "cleo": 17.25})
    evaluations = world.evaluate(USD_MXN, ["cleo", "ben", "ana"], MARKET, MARKET.log_mid)
    edges = list(zip(evaluations.scores.lower.tolist(), evaluations.scores.upper.tolist(), strict=True))
    assert [evaluations.of(row) for row in range(3)] == [
        Evaluation("cleo", Decision.HOLD, Band(*edges[0]), 0.7, "m-1"),
        Evaluation("ben", Decision.BUY, Band(*edges[1]), 0.7, "m-1"),
        Evaluation("ana", Decision.SELL, Band(*edges[2]), 0.7, "m-1"),
    ]
    assert np.isinf(evaluations.scores.lower).tolist() == [False, True, False]
    assert np.isinf(evaluations.scores.upper).tolist() == [False, False, True]
    assert evaluations.question.features().shape == (3, len(FEATURE_NAMES))


def test_users_may_be_evaluated_at_a_price_that_the_market_has_not_followed_yet() -> None:
    world = World({"ana": 17.0})
    x = log(16.5)
    evaluations = world.evaluate(USD_MXN, ["ana"], MARKET, x)
    assert evaluations.of(0).decision is Decision.BUY
    assert evaluations.evidence(0)["log_price_over_week"] == pytest.approx(log(16.5 / 17.25))


def test_who_has_not_traded_yet_is_asked_about_as_a_newcomer() -> None:
    world = World({"ana": 17.0, "newcomer": None})
    evaluations = world.evaluate(USD_MXN, ["newcomer", "ana"], MARKET, MARKET.log_mid)
    assert repr(evaluations.summaries) == repr([NEWCOMER, a_summary(cost=17.0)])  # NaN equals nothing, itself included
    assert isnan(evaluations.evidence(0)["log_price_over_cost"])
    assert evaluations.of(0).decision is Decision.HOLD


def test_evidence_names_each_feature_and_the_price_over_its_week() -> None:
    evidence = World().evaluate(USD_MXN, ["ana"], MARKET, MARKET.log_mid).evidence(0)
    assert set(evidence) == {*FEATURE_NAMES, "log_price_over_week"}
    assert evidence["log_price_over_cost"] == pytest.approx(log(17.25 / 17.0), rel=1e-5)
    assert evidence["days_since_last"] == 30.0
    assert evidence["log_price_over_week"] == 0.0


def test_a_model_that_does_not_answer_is_reported() -> None:
    world = World()
    world.scorer.switch_off()
    with pytest.raises(ScorerUnavailable):
        world.evaluate(USD_MXN, ["ana"], MARKET, MARKET.log_mid)
