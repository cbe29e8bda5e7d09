"""The committed definition, as the laptop reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.retraining.definition import NAMES, load, parameters_of
from local.retraining.errors import RetrainingFailed
from model.jobs import evaluate, prepare
from model.judging.drift import DRIFTED_FROM
from model.judging.judge import ECE_LIMIT
from model.training_set import MAX_ROWS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    return load()


def test_nothing_is_left_to_fill_in(definition: dict[str, Any]) -> None:
    text = json.dumps(definition)

    assert "${" not in text
    assert NAMES["ModelsBucket"] in text


def test_files_are_prepared_trained_on_judged_and_then_registered_or_refused(definition: dict[str, Any]) -> None:
    *jobs, last = [(step["Name"], step["Type"]) for step in definition["Steps"]]
    branch = definition["Steps"][-1]["Arguments"]

    assert jobs == [("Prepare", "Processing"), ("Train", "Training"), ("Evaluate", "Processing")]
    assert last == ("WorthRegistering", "Condition")
    assert [step["Type"] for step in branch["IfSteps"]] == ["RegisterModel"]
    assert [step["Type"] for step in branch["ElseSteps"]] == ["Fail"]


def test_what_blocks_registration_is_the_base_rate_calibration_and_drift(definition: dict[str, Any]) -> None:
    def name(value: Any) -> str:
        return str(value["Std:JsonGet"]["Path"] if "Std:JsonGet" in value else value["Get"])

    conditions = definition["Steps"][-1]["Arguments"]["Conditions"]

    assert [(name(each["LeftValue"]), each["Type"], name(each["RightValue"])) for each in conditions] == [
        ("log_loss", "LessThan", "base_rate_log_loss"),
        ("ece", "LessThanOrEqualTo", "Parameters.MaxCalibrationError"),
        ("drift.largest", "LessThanOrEqualTo", "Parameters.MaxDrift"),
    ]


def test_its_limits_are_those_of_the_evaluation_and_of_training(definition: dict[str, Any]) -> None:
    known = parameters_of(definition, {})

    assert known["MaxCalibrationError"] == ECE_LIMIT
    assert known["MaxDrift"] == DRIFTED_FROM
    assert known["MaxRows"] == MAX_ROWS
    assert known["ApprovalStatus"] == "PendingManualApproval"


def test_its_jobs_are_modules_that_there_are_and_reach_no_network(definition: dict[str, Any]) -> None:
    processing = [step["Arguments"] for step in definition["Steps"] if step["Type"] == "Processing"]
    [training] = (step["Arguments"] for step in definition["Steps"] if step["Type"] == "Training")

    modules = [each["AppSpecification"]["ContainerEntrypoint"][-1] for each in processing]
    assert modules == [prepare.__name__, evaluate.__name__]
    assert training["HyperParameters"]["sagemaker_program"] == "model/train.py"
    assert all(each["NetworkConfig"]["EnableNetworkIsolation"] for each in processing)
    assert training["EnableNetworkIsolation"] is True


def test_the_report_that_the_conditions_read_is_the_one_that_the_job_writes(definition: dict[str, Any]) -> None:
    [judging] = (step for step in definition["Steps"] if step["Name"] == "Evaluate")
    [report] = judging["PropertyFiles"]

    assert report["FilePath"] == evaluate.REPORT


def test_a_version_says_of_what_features_and_days_it_is(definition: dict[str, Any]) -> None:
    [register] = definition["Steps"][-1]["Arguments"]["IfSteps"]

    assert register["Arguments"]["CustomerMetadataProperties"].keys() == {
        "model_version",
        "feature_hash",
        "learned_from",
        "learned_until",
    }
    assert "ModelQuality" in register["Arguments"]["ModelMetrics"]


def test_a_name_that_the_laptop_does_not_know_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pipeline.json").write_text('{"Role": "${OtherRole.Arn}"}')

    with pytest.raises(RetrainingFailed, match=r"names \$\{OtherRole.Arn\}"):
        load(tmp_path / "pipeline.json")


def test_a_parameter_without_default_must_be_given() -> None:
    with pytest.raises(RetrainingFailed, match="parameters without a value: Data"):
        parameters_of({"Parameters": [{"Name": "Data", "Type": "String"}]}, {})
