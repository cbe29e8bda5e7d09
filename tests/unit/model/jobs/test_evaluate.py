from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from model.jobs.evaluate import main
from model.matrix import write_matrix

if TYPE_CHECKING:
    from pathlib import Path

    from model.matrix import TrainingMatrix
    from model.pipeline import TrainedModel


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(matrix: TrainingMatrix, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "matrix"
    write_matrix(matrix, folder)
    return folder


def test_the_report_has_the_figures_of_training_and_what_the_pipeline_reads_by_name(
    trained: TrainedModel, written: Path, tmp_path: Path
) -> None:
    assert main(["--model", str(trained.artefact), "--matrix", str(written), "--out", str(tmp_path)]) == 0

    report = json.loads((tmp_path / "evaluation.json").read_text())
    for name in ("log_loss", "base_rate_log_loss", "ece"):
        assert report[name] == pytest.approx(trained.metrics[name], rel=1e-9)
    assert report["model"]["model_version"] == trained.version
    assert all(isinstance(word, str) for word in report["model"].values())
    assert report["model"]["learned_from"] < report["model"]["learned_until"]
    indexes = [*report["drift"]["scores"].values(), report["drift"]["labels"]]
    assert report["drift"]["largest"] == max(indexes)
    assert report["drift"]["furthest"] in {"scores of BUY", "scores of SELL", "labels"}
    assert {"segments", "baselines", "intervals", "dropped"} <= report.keys()


def test_a_model_of_other_features_is_not_judged(
    trained: TrainedModel, matrix: TrainingMatrix, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_matrix(replace(matrix, feature_names=tuple(reversed(matrix.feature_names))), tmp_path / "matrix")

    code = main(["--model", str(trained.artefact), "--matrix", str(tmp_path / "matrix"), "--out", str(tmp_path / "o")])

    assert code == 1
    assert capsys.readouterr().err == "evaluate: model.tar.gz reads other features than the matrix has\n"
    assert not (tmp_path / "o").exists()


def test_what_is_no_model_is_not_judged(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.tar.gz").write_bytes(b"no archive")

    assert main(["--model", str(tmp_path / "model.tar.gz"), "--matrix", str(written), "--out", str(tmp_path)]) == 1

    assert "is no model" in capsys.readouterr().err
