from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, stack, take
from divisa.domain.features import feature_matrix
from divisa.domain.features.examples import MARKET, USER
from divisa.domain.market import DAY
from model.bands import seen_of
from model.boosting import counted
from model.evaluate import log_loss
from model.matrix import Part, TrainingMatrix
from model.metrics import KNOWN_TRADES, cold_start, metrics_of, ranges_learned
from model.weights import unprompted_weights
from tests.unit.model.prompting import prompted

THRESHOLDS = (0.15, 0.15)


@pytest.fixture(scope="module")
def made() -> tuple[TrainingMatrix, np.ndarray]:
    """People of whom some are newcomers, and the truth."""
    matrix, truth = prompted(8_000)
    trades = (np.arange(len(matrix.labels)) % 9).astype(np.int32)
    return replace(matrix, trades=trades), truth


def judged(matrix: TrainingMatrix, p: np.ndarray) -> dict[str, Any]:
    weights = unprompted_weights(matrix)
    return metrics_of(matrix, weights, p[counted(matrix, weights, Part.TEST)], THRESHOLDS)


def test_who_knows_the_truth_beats_the_base_rate_and_every_baseline(made: tuple[TrainingMatrix, np.ndarray]) -> None:
    matrix, truth = made
    metrics = judged(matrix, truth)

    assert metrics["beats_base_rate"] is True
    for baseline in metrics["baselines"].values():
        assert metrics["log_loss"] < baseline["log_loss"]
    assert metrics["baselines"]["rate_alert"]["chosen"] == {"reference": "log_price_over_cost", "step": 0.05}
    assert metrics["baselines"]["rate_alert"]["log_loss"] < metrics["baselines"]["base_rate"]["log_loss"]


def test_who_knows_nothing_does_not_beat_the_base_rate(made: tuple[TrainingMatrix, np.ndarray]) -> None:
    matrix, truth = made
    metrics = judged(matrix, np.full_like(truth, 1 / 3))

    assert metrics["beats_base_rate"] is False
    assert metrics["log_loss"] > metrics["baselines"]["base_rate"]["log_loss"]


def test_people_who_were_told_judge_nobody(made: tuple[TrainingMatrix, np.ndarray]) -> None:
    matrix, truth = made
    lying = replace(matrix, labels=np.where(matrix.told, 2 - matrix.labels, matrix.labels).astype(np.int8))

    honest, other = judged(matrix, truth), judged(lying, truth)

    assert other == honest
    assert honest["told_rows"] == matrix.told.sum()
    assert honest["test_rows"] == (matrix.part(Part.TEST) & ~matrix.told).sum()


def test_figures_of_a_cold_start_are_those_of_people_with_so_many_trades(
    made: tuple[TrainingMatrix, np.ndarray],
) -> None:
    matrix, truth = made
    weights = unprompted_weights(matrix)
    test = counted(matrix, weights, Part.TEST)

    found = cold_start(matrix, weights, truth[test])

    assert list(found) == list(KNOWN_TRADES) == ["0", "1", "2-5", "more"]
    some = test & (matrix.trades >= 2) & (matrix.trades <= 5)
    assert found["2-5"]["rows"] == some.sum()
    assert found["2-5"]["log_loss"] == pytest.approx(log_loss(truth[some], matrix.labels[some], weights[some]))
    assert sum(each["rows"] or 0 for each in found.values()) == test.sum()
    for each in found.values():
        loss, *bases = (each[key] or 0.0 for key in ("log_loss", "own_base_rate_log_loss", "base_rate_log_loss"))
        assert 0.0 < loss < min(bases)


def test_where_nobody_has_so_few_trades_nothing_is_known_of_a_cold_start(
    made: tuple[TrainingMatrix, np.ndarray],
) -> None:
    matrix, truth = made
    matrix = replace(matrix, trades=np.full_like(matrix.trades, 7))
    weights = unprompted_weights(matrix)

    found = cold_start(matrix, weights, truth[counted(matrix, weights, Part.TEST)])

    assert found["0"] == {"rows": 0, "log_loss": None, "base_rate_log_loss": None, "own_base_rate_log_loss": None}


def test_a_newcomer_is_inside_once_the_model_has_learned_of_newcomers_and_outside_before() -> None:
    matrix, _ = prompted(400)
    on = (np.arange(len(matrix.labels)) * DAY).astype(np.float64)

    def everyday(people: BehaviourSummary[Array]) -> np.ndarray:
        everybody = take(BehaviourSummary[Array], people, np.zeros(len(on), dtype=np.int64))
        return feature_matrix(everybody, MARKET, on, MARKET.log_mid)

    newcomers, users = everyday(stack(BehaviourSummary[Array], [NEWCOMER])), everyday(USER)
    without = replace(matrix, features=users)
    with_them = replace(matrix, features=np.where(on[:, None] % (2 * DAY) == 0, users, newcomers))

    def inside(learned: TrainingMatrix) -> np.ndarray:
        ranges = ranges_learned(learned, unprompted_weights(learned))
        return seen_of(ranges, learned.feature_names).inside(newcomers)

    assert not inside(without).any()
    assert inside(with_them).all()
