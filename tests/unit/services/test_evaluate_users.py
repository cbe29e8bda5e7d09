from __future__ import annotations

from math import isnan, log
from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.adapters.memory.scorer import MemoryScorer
from divisa.domain.bands import Band
from divisa.domain.behaviour import NEWCOMER
from divisa.domain.errors import ScorerUnavailable
from divisa.domain.evaluation import Decision, Evaluation
from divisa.domain.features import FEATURE_NAMES
from divisa.services.evaluate_users import EvaluateUsers
from tests import around
from tests.builders import USD_MXN, a_market_state, a_summary
from tests.unit.services.world import OVER_COST, World

if TYPE_CHECKING:
    from divisa.domain.features import Question

MARKET = a_market_state("17.25")


def said(user_id: str, decision: Decision, band: Band) -> Evaluation:
    return Evaluation(user_id, decision, band, reach=band, quiet=band, propensity=0.7, inside=True, model_version="m-1")


def test_users_are_answered_in_the_order_in_which_they_were_asked_about() -> None:
    world = World({"ana": 17.0, "ben": 17.6, "cleo": 17.25})
    evaluations = world.evaluate(USD_MXN, ["cleo", "ben", "ana"], MARKET, MARKET.log_mid)
    edges = list(zip(evaluations.scores.lower.tolist(), evaluations.scores.upper.tolist(), strict=True))
    assert [evaluations.of(row) for row in range(3)] == [
        said("cleo", Decision.HOLD, Band(*edges[0])),
        said("ben", Decision.BUY, Band(*edges[1])),
        said("ana", Decision.SELL, Band(*edges[2])),
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


def test_whether_the_model_has_seen_the_like_is_told_of_each_user() -> None:
    world = World(
        {"ana": 17.0, "far": 12.0, "ben": 17.6}, inside=lambda asked: np.abs(asked.features()[:, OVER_COST]) < 0.2
    )
    evaluations = world.evaluate(USD_MXN, ["ana", "far", "ben"], MARKET, MARKET.log_mid)
    assert [each.inside for each in evaluations.each()] == [True, False, True]


def test_what_a_message_adds_is_told_of_who_is_to_get_one_and_where_the_model_knows() -> None:
    world = World({"ana": 17.0, "ben": 17.6}, effects=lambda asked, decisions: np.where(decisions == 0, np.nan, 0.125))
    x = log(16.4)
    assert [each.effect for each in world.evaluate(USD_MXN, ["ana", "ben"], MARKET, x).each()] == [0.125, 0.125]
    assert world.evaluate(USD_MXN, ["ana"], MARKET, log(17.0)).of(0).effect is None
    assert World().evaluate(USD_MXN, ["ana"], MARKET, x).of(0).effect is None


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


def in_steps(edges: list[float], decisions: list[int]) -> World:
    """A world whose model decides the same for everybody, by price alone."""

    def answer(asked: Question) -> around.Band:
        place = np.searchsorted(edges, asked.x, side="right")
        ends = np.array([-np.inf, *edges, np.inf])
        decision = np.array(decisions, dtype=np.int8)[place]
        probabilities = np.where(np.arange(3) == decision[:, None], 0.7, 0.15)
        return around.Band(probabilities, decision, ends[place], ends[place + 1])

    world = World()
    world.evaluate = EvaluateUsers(world.summaries, MemoryScorer(lambda asked: around.around(answer, asked)))
    return world


def test_a_side_reaches_over_gaps_that_are_narrower_than_the_margin_and_is_quiet_within_it() -> None:
    hold, buy, sell = Decision
    world = in_steps(
        [1.0, 1.1, 1.2, 1.205, 1.3, 1.305, 1.4, 1.5], [buy, hold, sell, hold, sell, hold, sell, hold, sell]
    )
    [told] = world.evaluate(USD_MXN, ["ana"], MARKET, 1.25, margin=0.01).each()
    assert (told.decision, told.band) == (sell, Band(1.205, 1.3))
    assert (told.reach, told.quiet) == (Band(1.1, 1.4), Band(1.1 - 0.01, 1.4 + 0.01))
    [told] = world.evaluate(USD_MXN, ["ana"], MARKET, 1.25, margin=0.001).each()
    assert (told.reach, told.quiet) == (Band(1.205, 1.3), Band(1.205 - 0.001, 1.3 + 0.001))
    [told] = world.evaluate(USD_MXN, ["ana"], MARKET, 1.25).each()
    assert told.reach == told.quiet == told.band


def test_what_holds_is_quiet_up_to_its_edges_and_the_other_side_ends_the_quiet() -> None:
    hold, buy, sell = Decision
    [told] = in_steps([1.0, 1.1], [buy, hold, sell]).evaluate(USD_MXN, ["ana"], MARKET, 1.05, margin=0.2).each()
    assert told.reach == told.quiet == told.band == Band(1.0, 1.1)
    [told] = (
        in_steps([1.0, 1.1, 1.2], [buy, sell, hold, buy]).evaluate(USD_MXN, ["ana"], MARKET, 1.05, margin=0.2).each()
    )
    assert (told.reach, told.quiet) == (Band(1.0, 1.1), Band(1.0, 1.2))
