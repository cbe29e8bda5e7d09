from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.matrix import Part, TrainingMatrix
from model.uplift import UpliftResult, fit_uplift
from tests.unit.model.uplift.experiment import NAMES, SENT, experiment, response_model

pytestmark = pytest.mark.slow


def found(matrix: TrainingMatrix) -> UpliftResult:
    result = fit_uplift(matrix, response_model)
    assert isinstance(result, UpliftResult), result
    return result


@pytest.fixture(scope="module")
def unlike() -> UpliftResult:
    return found(experiment(effect=0.3))


def test_where_other_people_listen_than_those_who_trade_anyway_the_effect_wins(unlike: UpliftResult) -> None:
    report = unlike.report

    assert unlike.wins
    assert report["qini"] > 0 > report["response_qini"]
    assert report["ci95"][0] <= report["qini"] <= report["ci95"][1]
    assert report["advantage"] == pytest.approx(report["qini"] - report["response_qini"])
    assert report["effect"] == pytest.approx(0.15, abs=0.04)


def test_it_knows_who_listens(unlike: UpliftResult) -> None:
    keen, listener = (0.9, 0.0, 0.0, 0.0), (0.2, 1.0, 0.0, 0.0)

    effect = unlike.model.effect(np.array([keen, listener], dtype=np.float32))

    assert effect[0] < 0.1
    assert 0.2 < effect[1] < 0.4


def test_where_a_message_does_nothing_nothing_wins() -> None:
    assert not found(experiment(effect=0.0)).wins


def test_where_everybody_listens_alike_there_is_no_order_to_find() -> None:
    assert not found(experiment(effect=0.2, listeners=1.0)).wins


def test_the_report_says_how_much_it_rests_on(unlike: UpliftResult) -> None:
    report = unlike.report

    assert report["learner"] == "x_learner"
    assert report["inputs"] == [*NAMES, "is_sell"]
    assert report["rows"] == {"learn": 3200, "judge": 3200}
    assert report["users"] == {"learn": 400, "judge": 400}
    assert report["held_out"]["judge"] == pytest.approx(3200 * (1 - SENT), rel=0.1)


def test_the_same_matrix_and_seed_give_the_same_result(unlike: UpliftResult) -> None:
    again = found(experiment(effect=0.3))

    inputs = np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32)
    assert again.report == unlike.report
    assert (again.model.effect(inputs) == unlike.model.effect(inputs)).all()


def test_nothing_of_the_judging_part_is_learned(unlike: UpliftResult) -> None:
    matrix = experiment(effect=0.3)
    judging = matrix.part(Part.TEST)
    other = replace(
        matrix, labels=np.where(judging, (matrix.suggested + matrix.labels) % 3, matrix.labels).astype(np.int8)
    )

    inputs = np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32)
    assert (found(other).model.effect(inputs) == unlike.model.effect(inputs)).all()


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (
            TrainingMatrix.of_calendar(
                np.zeros((3, 3), np.float32),
                np.zeros(3, np.int8),
                np.zeros(3, np.int8),
                np.zeros(3, np.int32),
                np.zeros(3, np.int64),
                NAMES,
            ),
            "0 suggestions told to learn from, at least 500 are needed",
        ),
        (
            replace(experiment(effect=0.1), propensities=np.full(6400, 1.0, dtype=np.float32)),
            "0 suggestions told to learn from",
        ),
        (experiment(effect=0.1, users=300), "suggestions held out to learn from, at least 500"),
        (
            replace(experiment(effect=0.1), labels=np.zeros(6400, dtype=np.int8)),
            "of the told to learn from nobody followed",
        ),
        (
            replace(experiment(effect=0.1), parts=np.full(6400, Part.FIT, dtype=np.int8)),
            "0 suggestions told to judge by, at least 100 are needed",
        ),
    ],
)
def test_too_little_holdout_data_is_refused_with_what_is_missing(matrix: TrainingMatrix, reason: str) -> None:
    result = fit_uplift(matrix, response_model)

    assert isinstance(result, str)
    assert result.startswith("too little holdout data: ")
    assert reason in result
