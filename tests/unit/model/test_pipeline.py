from __future__ import annotations

import json
import re
import shutil
import tarfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

import model.bands
from divisa.domain.errors import InvalidFile, InvalidModel
from divisa.domain.features import FEATURE_HASH, FEATURE_NAMES, QUESTION_NAMES
from divisa.domain.policy import learned_until
from local.simulated import training_files
from model import pipeline
from model.bands import ranges_of, seen_of
from model.bands.rule import probabilities
from model.boosting import fit, fit_temperature
from model.inference import model_fn
from model.matrix import Part, write_matrix
from model.package import SERVING_CODE, pack
from model.pipeline import TrainedModel, run_training_job, train_model
from model.training_files import TrainingFiles
from model.weights import unprompted_weights

if TYPE_CHECKING:
    from model.matrix import TrainingMatrix
    from simulator.simulate import SimulatedFiles


def test_the_model_knows_more_than_the_base_rate_and_less_than_the_simulator(trained: TrainedModel) -> None:
    metrics = trained.metrics

    assert metrics["oracle_log_loss"] < metrics["log_loss"] < metrics["base_rate_log_loss"]
    for side in ("BUY", "SELL"):
        one = metrics["classes"][side]
        assert one["log_loss"] < one["base_rate_log_loss"]
        assert one["base_rate"] < one["pr_auc"] < one["oracle_pr_auc"]


def test_its_probabilities_can_be_taken_at_their_word(trained: TrainedModel) -> None:
    assert trained.metrics["ece"] <= 0.03


def test_metrics_lie_beside_the_artefact_and_in_it(trained: TrainedModel, model_dir: Path) -> None:
    beside = json.loads((trained.artefact.parent / "metrics.json").read_text(encoding="utf-8"))
    inside = json.loads((model_dir / "metadata.json").read_text(encoding="utf-8"))

    assert beside == trained.metrics == inside["metrics"]
    assert {"log_loss", "base_rate_log_loss", "oracle_log_loss", "ece", "rows", "users", "dropped"} <= beside.keys()
    assert {"log_loss", "base_rate_log_loss", "pr_auc", "base_rate"} <= beside["classes"]["BUY"].keys()


def test_the_metadata_say_what_the_model_is(trained: TrainedModel, model_dir: Path) -> None:
    metadata = json.loads((model_dir / "metadata.json").read_text(encoding="utf-8"))

    assert metadata["feature_hash"] == FEATURE_HASH
    assert metadata["question_names"] == list(QUESTION_NAMES)
    assert metadata["versions"]["sklearn"] == "1.9.0"
    assert metadata["model_version"] == trained.version
    assert len(trained.version.encode()) <= 32
    last = datetime.fromisoformat(metadata["training_window"]["validate"][1])
    learned = learned_until(trained.version)
    assert learned is not None
    assert timedelta(0) < learned - last <= timedelta(days=1)
    assert 0 < metadata["thresholds"]["BUY"] < 1
    assert 0 < metadata["thresholds"]["SELL"] < 1
    assert metadata["hyper_parameters"]["max_iter"] == 30
    assert metadata["training_window"]["fit"][1] < metadata["training_window"]["test"][0]


def test_the_metadata_say_what_the_model_has_seen_and_the_metrics_how_much_is_outside(
    trained: TrainedModel, model_dir: Path, matrix: TrainingMatrix
) -> None:
    ranges = json.loads((model_dir / "metadata.json").read_text(encoding="utf-8"))["feature_ranges"]

    assert ranges == ranges_of(matrix.features[~matrix.part(Part.TEST)], FEATURE_NAMES)
    outside = ~seen_of(ranges, FEATURE_NAMES).inside(matrix.features[matrix.part(Part.TEST)])
    assert trained.metrics["outside"] == outside.mean() < 0.02


def test_who_has_hardly_traded_is_not_told_worse_than_the_base_rate_would(trained: TrainedModel) -> None:
    for known, each in trained.metrics["cold_start"].items():
        assert each["rows"] > 20, known
        assert each["log_loss"] < each["base_rate_log_loss"], known


def test_newcomers_are_inside_of_what_the_model_has_seen(matrix: TrainingMatrix, model_dir: Path) -> None:
    ranges = json.loads((model_dir / "metadata.json").read_text(encoding="utf-8"))["feature_ranges"]
    newcomers = matrix.features[matrix.part(Part.TEST) & (matrix.trades == 0)]

    assert len(newcomers) > 20
    assert seen_of(ranges, FEATURE_NAMES).inside(newcomers).all()


@pytest.mark.slow
def test_the_same_files_train_the_same_bytes(trained: TrainedModel, world: SimulatedFiles, tmp_path: Path) -> None:
    stages: list[str] = []

    again = train_model(
        training_files(world),
        tmp_path,
        hyper_parameters={"max_iter": 30},
        on_stage=stages.append,
    )

    assert again.artefact.read_bytes() == trained.artefact.read_bytes()
    assert stages[0] == "Reading transactions"
    assert stages[-1] == "Packing the artefact"


def test_calibrated_probabilities_are_scikit_learns_temperature_scaling(matrix: TrainingMatrix) -> None:
    ensemble = fit(matrix, unprompted_weights(matrix), max_iter=5)
    rows = matrix.part(Part.CALIBRATE)
    calibrated = CalibratedClassifierCV(FrozenEstimator(ensemble), method="temperature")
    calibrated.fit(matrix.features[rows], matrix.labels[rows])

    ours = probabilities(
        ensemble.decision_function(matrix.features[:500]), fit_temperature(ensemble, matrix, unprompted_weights(matrix))
    )

    assert np.allclose(ours, calibrated.predict_proba(matrix.features[:500]), atol=1e-12)


def test_the_artefact_holds_what_the_endpoint_needs_and_nothing_of_this_machine(trained: TrainedModel) -> None:
    with tarfile.open(trained.artefact) as archive:
        entries = archive.getmembers()

    names = [entry.name for entry in entries]
    others = ["code/effect.py", "code/inference.py", "metadata.json", "model.joblib"]
    assert [name for name in names if "bands" not in name] == others
    bands = Path(model.bands.__file__).parent
    assert {name for name in names if "bands" in name} == {f"code/bands/{path.name}" for path in bands.glob("*.py")}
    assert {(entry.mtime, entry.uid, entry.uname) for entry in entries} == {(0, 0, "")}
    assert trained.artefact.read_bytes()[4:8] == bytes(4)  # gzip's own time of packing


def test_the_artefact_loads(model_dir: Path, trained: TrainedModel) -> None:
    assert model_fn(str(model_dir)).version == trained.version


def test_a_folder_without_all_parts_is_not_packed(model_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "metadata.json").write_bytes((model_dir / "metadata.json").read_bytes())

    with pytest.raises(InvalidModel, match=r"has no .*code/bands/search\.py, .*code/inference\.py, model\.joblib"):
        pack(tmp_path, tmp_path / "out" / "model.tar.gz")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("part", ["code/bands/rule.py", "code/inference.py"])
def test_a_part_that_is_lacking_is_named(model_dir: Path, tmp_path: Path, part: str) -> None:
    shutil.copytree(model_dir, tmp_path / "model")
    (tmp_path / "model" / part).unlink()

    with pytest.raises(InvalidModel, match=f"has no {re.escape(part)}$"):
        pack(tmp_path / "model", tmp_path / "model.tar.gz")


def test_the_packed_code_is_this_repositorys(model_dir: Path) -> None:
    ours = Path(model.__file__).parent
    for name in SERVING_CODE:
        assert (model_dir / "code" / name).read_bytes() == (ours / name).read_bytes()


@pytest.mark.slow
def test_a_training_job_that_fails_says_why(matrix: TrainingMatrix, tmp_path: Path) -> None:
    write_matrix(matrix, tmp_path / "train")

    with pytest.raises(InvalidModel, match=r"(?s)failed with code 1.*learning_rate"):
        run_training_job(tmp_path, {"learning_rate": -1.0})


@pytest.mark.slow
def test_an_interrupted_search_goes_on_with_the_best_so_far_and_the_artefact_tells_what_was_tried(
    matrix: TrainingMatrix, tmp_path: Path
) -> None:
    write_matrix(matrix, tmp_path / "train")
    lines: list[str] = []

    def interrupt(line: str) -> None:
        lines.append(line)
        if line.startswith("Search 2/"):
            raise KeyboardInterrupt  # as Ctrl-C does while a line is awaited

    run_training_job(tmp_path, {"search": 90, "max_iter": 5, "min_samples_leaf": 20}, on_stage=interrupt)

    assert any(line.startswith("Search interrupted after") for line in lines)
    assert lines[-2:] == ["Judging it, beside what it has to beat", "Looking for the effect of a message"]
    metadata = json.loads((tmp_path / "model" / "metadata.json").read_text(encoding="utf-8"))
    tried = metadata["search"]["candidates"]
    assert 2 <= len(tried) < 90 == metadata["search"]["asked"]
    assert metadata["hyper_parameters"] == min(tried, key=lambda each: each["log_loss"])["hyper_parameters"]


@pytest.mark.slow
def test_interrupting_a_job_that_does_not_search_ends_it(matrix: TrainingMatrix, tmp_path: Path) -> None:
    write_matrix(matrix, tmp_path / "train")

    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_training_job(tmp_path, {"max_iter": 500, "max_leaf_nodes": 31}, on_stage=interrupt)
    assert not (tmp_path / "output").exists()


def test_history_of_people_who_were_all_told_is_too_little(
    matrix: TrainingMatrix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = replace(matrix, told=matrix.labels == 1, suggested=matrix.labels)
    monkeypatch.setattr(pipeline, "build_training_set", lambda *files, **options: told)

    with pytest.raises(InvalidFile, match="without those who were told something: no BUY among the rows that fit"):
        train_model(TrainingFiles(tmp_path / "prices.csv", tmp_path / "transactions.csv"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_feature_that_nobody_has_ever_had_splits_nothing_and_stops_nothing(matrix: TrainingMatrix) -> None:
    matrix = replace(matrix, features=matrix.features.copy())
    unknown = matrix.feature_names.index("gain_share")
    matrix.features[:, unknown] = np.nan
    ensemble = fit(matrix, unprompted_weights(matrix), max_iter=5)

    rows = matrix.features[:50].copy()
    before = ensemble.predict_proba(rows)
    rows[:, unknown] = 0.7
    assert np.array_equal(ensemble.predict_proba(rows), before)
    assert np.isnan(matrix.features[:, unknown]).all(), "the matrix is left as it was"
