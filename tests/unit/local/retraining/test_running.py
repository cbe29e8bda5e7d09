"""The committed pipeline, carried out for real on a small population."""

from __future__ import annotations

import fcntl
import tarfile
from typing import TYPE_CHECKING

import pytest

from local.artefact import version_of
from local.retraining.errors import RetrainingFailed
from local.retraining.running import FOLDER, retrain
from local.sagemaker.registry import ModelRegistry
from local.simulated import training_files
from model.package import PARTS
from model.pipeline import train_model
from model.training_files import TrainingFiles
from tests import one_world

if TYPE_CHECKING:
    from pathlib import Path

    from local.retraining.running import Retrained


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TrainingFiles:
    return training_files(one_world.simulated(tmp_path_factory))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def retrained(files: TrainingFiles, home: Path) -> Retrained:
    """A run that may register nearly anything: a small model is not much."""
    return retrain(files, home=home, parameters={"MaxCalibrationError": 0.5, "MaxDrift": 100.0})


def versions(home: Path) -> int:
    registry = ModelRegistry(home / "sagemaker" / "registry.json")
    return len(registry.list_packages({"MaxResults": 100}, "us-east-1")["ModelPackageSummaryList"])


@pytest.mark.slow
def test_the_model_is_the_one_that_training_by_hand_makes(
    retrained: Retrained, files: TrainingFiles, tmp_path: Path
) -> None:
    by_hand = train_model(files, tmp_path)

    assert version_of(retrained.artefact) == by_hand.version
    assert retrained.evaluation["log_loss"] == pytest.approx(by_hand.metrics["log_loss"], rel=1e-9)
    with tarfile.open(retrained.artefact) as artefact:
        assert sorted(artefact.getnames()) == sorted(PARTS)


@pytest.mark.slow
def test_it_is_registered_with_what_it_is_and_waits_for_approval(retrained: Retrained, home: Path) -> None:
    registry = ModelRegistry(home / "sagemaker" / "registry.json")
    version = registry.describe_package({"ModelPackageName": retrained.ended.registered}, "us-east-1")
    [container] = version["InferenceSpecification"]["Containers"]

    assert version["ModelApprovalStatus"] == "PendingManualApproval"
    assert container["ModelDataUrl"] == retrained.artefact.as_uri()
    assert version["CustomerMetadataProperties"] == retrained.evaluation["model"]
    assert version["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"].endswith("/evaluation/evaluation.json")


@pytest.mark.slow
def test_another_limit_refuses_it_without_computing_anything_again(
    retrained: Retrained, files: TrainingFiles, home: Path
) -> None:
    before = versions(home)

    strict = retrain(files, home=home, parameters={"MaxCalibrationError": 0.0, "MaxDrift": 100.0})

    assert strict.ended.registered is None
    assert strict.ended.refused is not None
    assert strict.ended.refused.startswith("Not registered. Log loss ")
    assert strict.ended.kept == ("Prepare", "Train", "Evaluate")
    assert versions(home) == before


@pytest.mark.slow
def test_too_little_to_learn_from_fails_the_run_and_says_so(files: TrainingFiles, tmp_path: Path) -> None:
    short = tmp_path / "transactions.csv"
    short.write_text("".join(files.transactions.read_text().splitlines(keepends=True)[:20]))

    with pytest.raises(RetrainingFailed, match="(?s)Prepare: ended with code 1; .*too little history to learn from"):
        retrain(TrainingFiles(files.prices, short), home=tmp_path)
    assert not (tmp_path / "sagemaker").exists()


def test_a_file_that_is_not_there_is_named_before_anything_begins(tmp_path: Path) -> None:
    with pytest.raises(RetrainingFailed, match=r"there is no file .*p\.csv"):
        retrain(TrainingFiles(tmp_path / "p.csv", tmp_path / "t.csv"), home=tmp_path)


def test_two_runs_at_once_are_one_too_many(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    with (tmp_path / FOLDER / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(RetrainingFailed, match=f"another run is under way in .*{FOLDER}"):
            retrain(TrainingFiles(tmp_path / "p.csv", tmp_path / "t.csv"), home=tmp_path)
