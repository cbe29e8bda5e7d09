from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench import training_range
from bench.training_range import SHARES, Asked, measured
from model.matrix import Part, TrainingMatrix
from simulator.simulate import Simulation

if TYPE_CHECKING:
    from pathlib import Path


def a_matrix(*columns: list[float]) -> TrainingMatrix:
    """Two rows a part, of features of which only the first rows are of the trees."""
    features = np.array(columns, dtype=np.float32).T
    n = len(features)
    return TrainingMatrix.of_calendar(
        features=features,
        labels=np.zeros(n, dtype=np.int8),
        parts=np.repeat(np.array(Part, dtype=np.int8), n // len(Part)),
        users=np.arange(n, dtype=np.int32),
        at=86_400 * np.arange(n, dtype=np.int64),
        feature_names=tuple(f"feature_{number}" for number in range(len(columns))),
    )


def test_the_shares_outside_are_counted_by_row_by_side_and_by_feature() -> None:
    matrix = a_matrix([0.0, 1.0, 2.0, 2.0, 2.0, 2.0, 9.0, 9.0], [0.0] * 8)
    asked = Asked(
        np.array([[0.5, 0.0], [2.1, 0.0], [9.0, 0.0], [9.0, 1.0]], dtype=np.float32),
        np.array([True, True, False, False]),
    )

    lines = {(line["learned"], line["widened_by"]): line for line in measured(matrix, {"days": asked})}

    assert [share for learned, share in lines if learned == "trees"] == list(SHARES)
    bare, wide, trees = lines["all but test", 0.0], lines["all but test", 0.25], lines["trees", 0.0]
    assert (bare["until"], trees["until"]) == ("1970-01-06", "1970-01-02")
    assert bare["days"] == {
        "rows": 4,
        "outside_percent": 75.0,
        "of_sides_percent": 50.0,
        "by_feature_percent": {"feature_0": 75.0, "feature_1": 25.0},
    }
    assert (wide["days"]["outside_percent"], wide["days"]["of_sides_percent"]) == (50.0, 0.0)
    assert trees["days"]["by_feature_percent"]["feature_0"] == 75.0


@pytest.mark.slow
def test_the_command_prints_and_writes_a_line_for_each_range(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    small = Simulation(users=160, start=date(2022, 6, 1), end=date(2023, 9, 1), seed=4)
    monkeypatch.setattr(training_range, "WORLD", small)
    monkeypatch.setattr(training_range, "RESULTS", tmp_path / "training_range.json")

    training_range.main()

    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert json.loads((tmp_path / "training_range.json").read_text())["results"] == printed
    assert len(printed) == 2 * len(SHARES)
    widest = printed[len(SHARES) - 1]
    assert widest["test"]["outside_percent"] < 2.0
    assert widest["days_after"]["rows"] > 1000
