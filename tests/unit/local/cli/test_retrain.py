from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.retraining import running
from local.retraining.errors import RetrainingFailed
from local.retraining.execution import Ended
from local.retraining.expressions import Known
from local.retraining.running import Retrained

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from model.training_files import TrainingFiles
    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]

EVALUATION = {
    "log_loss": 0.1742,
    "base_rate_log_loss": 0.2357,
    "ece": 0.0066,
    "drift": {"furthest": "labels", "largest": 0.0436},
    "model": {"model_version": "hgb-20231020-3188c8f1733b"},
    "dropped": {"outlier": 1},
}
ARN = "arn:aws:sagemaker:us-east-1:000000000000:model-package/divisa-local-decisions/3"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What the pipeline was run on; `refused` and `failed` say how it shall end."""
    said: dict[str, Any] = {}

    def retrain(files: TrainingFiles, *, parameters: dict[str, Any], report: Callable[[str], None]) -> Retrained:
        said.update(files=files, parameters=parameters)
        report("Prepare: done before")
        if "failed" in said:
            raise RetrainingFailed("Train", said["failed"])
        refused = said.get("refused")
        known = Known({"MaxCalibrationError": 0.02, "MaxDrift": 0.25})
        ended = Ended(None if refused else ARN, refused, ("Train",), ("Prepare",), known)
        return Retrained(ended, EVALUATION, tmp_path / "model.tar.gz")

    monkeypatch.setattr(running, "retrain", retrain)
    return said


NAMED = ("--prices", "P.csv", "--transactions", "T.csv")


def test_what_is_registered_is_shown_beside_its_limits_and_waits_for_approval(
    divisa: Divisa, asked: dict[str, Any]
) -> None:
    answer = divisa("retrain", *NAMED, "--groups", "G.csv")

    assert answer.code == 0
    assert "0.1742  below 0.2357, the base rate" in answer.out
    assert "0.0066  at most 0.02" in answer.out
    assert "Rows not used: outlier 1" in answer.out
    assert "It is version 3 of divisa-local-decisions and waits for approval." in answer.out
    assert [str(asked["files"].prices), str(asked["files"].groups)] == ["P.csv", "G.csv"]
    assert asked["parameters"] == {}


def test_what_is_not_worth_registering_is_said_and_is_exit_code_1(divisa: Divisa, asked: dict[str, Any]) -> None:
    asked["refused"] = "Not registered. Log loss 0.3, to be less than the base rate's 0.2"

    answer = divisa("retrain", *NAMED)

    assert answer.code == 1
    assert "Not registered. Log loss 0.3" in answer.err
    assert "waits for approval" not in answer.out


def test_a_step_that_fails_is_named_without_a_traceback(divisa: Divisa, asked: dict[str, Any]) -> None:
    asked["failed"] = "ended with code 1; Train.log has all that it said"

    answer = divisa("retrain", *NAMED)

    assert answer.code == 2
    assert "retraining, Train: ended with code 1" in answer.err
    assert "Traceback" not in answer.err


def test_what_is_asked_for_reaches_the_pipeline_as_its_parameters(divisa: Divisa, asked: dict[str, Any]) -> None:
    limits = "--max-calibration-error", "0.01", "--max-drift", "0.1"

    divisa("retrain", *NAMED, "--max-rows", "1000", "--seed", "7", *limits)

    assert asked["parameters"] == {"MaxRows": 1000, "Seed": 7, "MaxCalibrationError": 0.01, "MaxDrift": 0.1}


def test_a_program_gets_how_it_ended_and_all_that_was_measured(divisa: Divisa, asked: dict[str, Any]) -> None:
    told = json.loads(divisa("retrain", *NAMED, "--json").out)

    assert told["registered"] == ARN
    assert (told["ran"], told["done_before"], told["refused"]) == (["Train"], ["Prepare"], None)
    assert told["evaluation"] == EVALUATION


@pytest.mark.parametrize("given", [("--prices", "P.csv"), ("--transactions", "T.csv"), ("--groups", "G.csv")])
def test_prices_and_transactions_go_together(divisa: Divisa, asked: dict[str, Any], given: tuple[str, str]) -> None:
    answer = divisa("retrain", *given)

    assert answer.code == 2
    assert "--prices and --transactions go together" in answer.err
    assert asked == {}


def test_without_files_and_without_simulated_users_it_says_how_to_get_some(
    divisa: Divisa, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("local.cli.training_inputs.SIMULATION", tmp_path)

    answer = divisa("retrain")

    assert answer.code == 2
    assert "run `divisa train` first" in answer.err
    assert asked == {}
