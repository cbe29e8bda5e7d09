from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from model.baselines import fit_baselines
from model.evaluate import evaluate
from model.judging.drift import reference_of
from model.judging.judge import SEGMENT_ROWS, judge
from model.matrix import Part

if TYPE_CHECKING:
    from model.judging.judged import JudgedModel
    from model.matrix import TrainingMatrix


@pytest.fixture(scope="module")
def document(rows: TrainingMatrix, judged: JudgedModel) -> dict[str, Any]:
    weights = rows.weights.astype(np.float64)
    return judge(rows, judged, weights, fit_baselines(rows, weights))


def test_the_document_is_json_and_has_the_keys_of_the_metrics_for_all_segments_and_baselines(
    document: dict[str, Any], rows: TrainingMatrix, judged: JudgedModel
) -> None:
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    some = rows.part(Part.TEST)
    p = judged.probabilities(rows.features[some])
    plain = evaluate(p, judged.decisions(p), rows.labels[some], rows.oracle[some])
    assert {name: document[name] for name in plain} == plain
    for one in (*document["segments"].values(), *document["baselines"].values()):
        assert plain.keys() <= one.keys()


def test_a_model_that_says_the_truth_beats_the_base_rate_and_is_calibrated(document: dict[str, Any]) -> None:
    assert document["beats_base_rate"] is True
    assert document["against_base_rate"] == "better"
    assert document["log_loss"] == pytest.approx(document["oracle_log_loss"])
    assert document["messages"]["share_of_oracle"][1:] == [1.0] * 4
    assert document["intervals"]["below_base_rate"][0] > 0.0


def test_a_small_segment_is_shown_and_not_judged(document: dict[str, Any]) -> None:
    newcomer = document["segments"]["newcomer"]

    assert newcomer["test_rows"] < SEGMENT_ROWS
    assert newcomer["calibrated"] is None
    assert newcomer["log_loss"] > 0.0


def test_a_model_that_says_the_opposite_does_not_beat_the_base_rate_and_is_not_calibrated(
    rows: TrainingMatrix, judged: JudgedModel
) -> None:
    swapped = replace(rows, labels=np.array([0, 2, 1], dtype=np.int8)[rows.labels])

    found = judge(swapped, judged, np.ones(len(rows.labels)), {})

    assert found["beats_base_rate"] is False
    assert found["against_base_rate"] == "no_better"
    assert found["calibrated"] is False
    assert found["baselines"] == {}


def test_rows_of_who_was_told_do_not_judge(rows: TrainingMatrix, judged: JudgedModel) -> None:
    weights = np.where(rows.users % 2 == 0, 0.0, 1.0)

    assert judge(rows, judged, weights, {})["test_users"] == 10


def test_without_a_row_left_nothing_is_said(rows: TrainingMatrix, judged: JudgedModel) -> None:
    with pytest.raises(ValueError, match="no row is left to judge by"):
        judge(rows, judged, np.zeros(len(rows.labels)), {})


def test_drift_is_measured_from_what_the_artefact_remembers(rows: TrainingMatrix, judged: JudgedModel) -> None:
    moved = rows.features + np.float32(3.0)
    reference = reference_of(
        moved, rows.labels, judged.probabilities(moved), rows.weights.astype(np.float64), rows.feature_names
    )
    remembering = replace(judged, metadata={**judged.metadata, "drift_reference": reference})

    found = judge(rows, remembering, np.ones(len(rows.labels)), {})

    assert found["drift"]["verdict"]["features"] == "drifted"
    assert min(found["drift"]["features"].values()) > 1.0
