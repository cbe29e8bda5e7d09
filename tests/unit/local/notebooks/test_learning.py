"""Who trains: the local job, or a stage's pipeline, which is started, waited for, and believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.notebooks import learning, pipeline
from local.notebooks.learning import Learned, learn
from local.notebooks.setting import Setting, Where
from local.promotion.stage import Names
from local.retraining.errors import RetrainingFailed
from model.training_files import TrainingFiles
from tests.unit.local.notebooks.aws import FolderS3, Pipelines, StageOnAws

FILES = TrainingFiles(Path("prices.csv"), Path("transactions.csv"))
VERSION = "arn:aws:sagemaker:us-east-1:123456789012:model-package/divisa-prod-decisions/7"


def step(name: str, status: str = "Succeeded", **more: Any) -> dict[str, Any]:
    return {"StepName": name, "StepStatus": status, **more}


PREPARED = step("Prepare")
TRAINED = step("Train", Metadata={"TrainingJob": {"Arn": "arn:aws:sagemaker:us-east-1:1:training-job/train-1"}})
REGISTERED = step("Register", Metadata={"RegisterModel": {"Arn": VERSION}})
REFUSED = step("Refuse", "Failed", Metadata={"Fail": {"ErrorMessage": "Not registered. Log loss 0.3"}})


@pytest.fixture
def s3(tmp_path: Path) -> FolderS3:
    s3 = FolderS3(tmp_path / "s3")
    s3.put("models", "retraining/runs/train-1/output/model.tar.gz", "the model")
    return s3


def run_of(
    looks: list[tuple[str, list[dict[str, Any]]]], s3: FolderS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Pipelines, list[str], Any]:
    """What starts the pipeline of such looks: its requests, what it says, and the call itself."""
    pipelines = Pipelines(looks)
    said: list[str] = []
    stage = StageOnAws(Names("prod", "endpoint", "models", "lake", "divisa-prod-"), s3=s3, sagemaker=pipelines)
    monkeypatch.setattr(learning, "open_stage", lambda name: stage)
    monkeypatch.setattr(pipeline, "POLL_SECONDS", 0.0)
    setting = Setting(Where.SAGEMAKER, home=tmp_path / "home", data="s3://lake/training")
    return pipelines, said, lambda: learn(setting, FILES, max_rows=1000, seed=3, report=said.append)


def test_on_sagemaker_the_pipeline_trains_and_registers(
    s3: FolderS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = [
        ("Executing", [step("Prepare", "Executing")]),
        ("Executing", [PREPARED, step("Train", "Executing")]),
        ("Succeeded", [PREPARED, TRAINED, REGISTERED]),
    ]
    pipelines, said, start = run_of(looks, s3, tmp_path, monkeypatch)
    learned = start()

    (request,) = pipelines.started
    assert request["PipelineName"] == "divisa-prod-retraining"
    assert request["PipelineParameters"] == [
        {"Name": "Data", "Value": "s3://lake/training/"},
        {"Name": "MaxRows", "Value": "1000"},
        {"Name": "Seed", "Value": "3"},
    ]
    assert said == ["Prepare: executing", "Train: executing", "Register: succeeded"]
    assert (learned.registered, learned.refused) == (VERSION, None)
    assert learned.artefact.read_text(encoding="utf-8") == "the model"


def test_a_model_that_is_not_worth_registering_comes_with_the_reason(
    s3: FolderS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, start = run_of([("Failed", [PREPARED, TRAINED, REFUSED])], s3, tmp_path, monkeypatch)
    learned = start()
    assert (learned.registered, learned.refused) == (None, "Not registered. Log loss 0.3")
    assert learned.artefact.is_file()


@pytest.mark.parametrize(
    ("status", "steps", "says"),
    [
        ("Failed", [step("Prepare", "Failed", FailureReason="no prices")], "Prepare.*no prices"),
        ("Stopped", [PREPARED, step("Train", "Stopped")], "run.*Stopped"),
        ("Succeeded", [PREPARED], "ended without training"),
    ],
)
def test_a_run_that_made_no_model_fails_with_the_step_that_did_not(
    status: str,
    steps: list[dict[str, Any]],
    says: str,
    s3: FolderS3,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, _, start = run_of([(status, steps)], s3, tmp_path, monkeypatch)
    with pytest.raises(RetrainingFailed, match=says):
        start()


def test_on_a_laptop_the_local_job_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    class Trained:
        artefact = tmp_path / "model.tar.gz"

    def train_model(files: TrainingFiles, out: Path, **given: Any) -> type[Trained]:
        asked.update(files=files, out=out, **given)
        return Trained

    monkeypatch.setattr(learning, "train_model", train_model)
    setting = Setting(small=True, home=tmp_path)
    assert learn(setting, FILES, name="mine", max_rows=5, seed=2) == Learned(Trained.artefact)
    assert (asked["files"], asked["out"]) == (FILES, setting.folder / "mine")
    assert (asked["max_rows"], asked["seed"]) == (5, 2)
