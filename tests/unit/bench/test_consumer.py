from __future__ import annotations

import numpy as np
import pytest

from bench import consumer
from divisa.domain.features import PRICE_FEATURE_NAMES, Question
from tests.around import around


def test_what_is_measured_is_the_main_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every quote is believed; the reference evaluates everybody; what was suggested is on record."""
    monkeypatch.setattr(consumer, "USERS", 50)
    monkeypatch.setattr(consumer, "QUOTES", 40)

    measured = consumer.run()

    assert (measured["quotes"], measured["evaluations"]) == (40, 2000)
    assert 50 <= measured["watching_evaluations"] < 2000
    assert measured["suggestions"] > 0
    assert measured["recorded"] == measured["suggestions"] + sum(measured["suppressed"].values())
    assert measured["quotes_per_s_without_model"] > 0
    assert measured["watching_quotes_per_s_without_model"] > 0


def test_two_ways_that_do_not_suggest_the_same_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "USERS", 50)
    monkeypatch.setattr(consumer, "QUOTES", 40)
    exact = consumer.by_cost

    def endless(question: Question) -> consumer.Answer:
        told, edges = exact(question), [np.full_like(question.x, end) for end in (-np.inf, np.inf)]
        return consumer.Answer(told.probabilities, told.decision, *edges, *edges, *edges)

    monkeypatch.setattr(consumer, "by_cost", endless)
    with pytest.raises(SystemExit, match="suggest other things"):
        consumer.run()


def an_owner_at(x: list[float], cost: list[float]) -> Question:
    """Users with a position at these log costs, asked about at these log prices; NaN for none."""
    intercept = np.full((len(x), len(PRICE_FEATURE_NAMES)), np.nan)
    intercept[:, consumer.OVER_COST] = -np.array(cost)
    state, margin = np.zeros((len(x), 15), dtype=np.float32), np.full(len(x), 0.01)
    return Question(np.array(x), np.ones_like(intercept), intercept, state, margin)


def test_the_stand_in_for_the_model_sells_above_cost_and_buys_below() -> None:
    answer = consumer.by_cost(an_owner_at([2.7, 2.8, 2.8, 2.9], [2.8, 2.8, float("nan"), 2.8]))
    assert answer.decision.tolist() == [1, 0, 0, 2]
    assert answer.probabilities.argmax(axis=1)[[0, 3]].tolist() == [1, 2]
    assert np.allclose(answer.probabilities.sum(axis=1), 1.0)


def test_the_stand_in_knows_its_edges() -> None:
    asked = an_owner_at([2.7, 2.8, 2.8, 2.9], [2.8, 2.8, float("nan"), 2.8])
    answer = consumer.by_cost(asked)
    for x, is_inside in (
        (np.where(np.isfinite(answer.lower), answer.lower, asked.x), True),
        (np.where(np.isfinite(answer.upper), np.nextafter(answer.upper, -np.inf), asked.x), True),
        (np.where(np.isfinite(answer.upper), answer.upper, np.nextafter(answer.lower, -np.inf)), False),
    ):
        bounded = np.isfinite(x)
        said = consumer.by_cost(asked.at(np.where(bounded, x, asked.x))).decision
        assert ((said == answer.decision) == is_inside)[bounded].all()


@pytest.mark.parametrize("margin", [np.nan, 0.0, 0.01, 0.1])
def test_the_stand_in_knows_how_far_a_side_is_quiet(margin: float) -> None:
    asked = an_owner_at([2.7, 2.8, 2.8, 2.9], [2.8, 2.8, float("nan"), 2.8])._replace(margin=np.full(4, margin))
    for told, expected in zip(consumer.by_cost(asked), around(consumer.by_cost, asked), strict=True):
        np.testing.assert_array_equal(told, expected)
