"""What the training job leaves behind of a model of the effect."""

from __future__ import annotations

import hashlib
import json
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pytest

from divisa.domain.features import FEATURE_NAMES
from model import train
from model.effect import Learner, UpliftModel, inputs_of
from model.matrix import Part, TrainingMatrix, write_matrix
from model.package import pack
from tests.unit.model.uplift.experiment import experiment

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.slow


def company(effect: float) -> TrainingMatrix:
    """The experiment with the columns that a model reads, and with all parts; TEST stays who it is."""
    small = experiment(effect=effect)
    features = np.zeros((len(small.labels), len(FEATURE_NAMES)), dtype=np.float32)
    features[:, :3] = small.features
    parts = np.where(small.part(Part.TEST), Part.TEST, np.arange(len(small.labels)) % 3).astype(np.int8)
    return replace(small, features=features, feature_names=FEATURE_NAMES, parts=parts)


def trained(matrix: TrainingMatrix, folder: Path) -> dict[str, Any]:
    """Run the training job; returns its metrics."""
    write_matrix(matrix, folder / "train")
    places = {"train": "train", "model-dir": "model", "output-data-dir": "output"}
    train.main(["--max-iter=20", *(f"--{name}={folder / place}" for name, place in places.items())])
    found: dict[str, Any] = json.loads((folder / "output" / "metrics.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def won(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("won")
    assert trained(company(0.3), folder)["uplift"]["wins"]
    return folder


def test_what_wins_is_in_the_artefact_with_what_it_was_found_to_be_worth(won: Path) -> None:
    metadata = json.loads((won / "model" / "metadata.json").read_text(encoding="utf-8"))

    stored = hashlib.sha256((won / "model" / "uplift.joblib").read_bytes()).hexdigest()
    assert metadata["uplift"] == {**metadata["metrics"]["uplift"], "sha256": stored}
    assert metadata["uplift"]["ci95"][0] > 0
    pack(won / "model", won / "model.tar.gz")
    with tarfile.open(won / "model.tar.gz") as archive:
        assert "uplift.joblib" in archive.getnames()


def test_it_is_read_by_whoever_has_scikit_learn(won: Path) -> None:
    parts = joblib.load(won / "model" / "uplift.joblib")

    matrix = company(0.3)
    inputs = inputs_of(matrix.features, matrix.suggested)
    by_hand = parts["share"] * parts["untold"].predict(inputs) + (1 - parts["share"]) * parts["told"].predict(inputs)
    model = UpliftModel(Learner(parts["learner"]), parts["told"], parts["untold"], parts["share"])
    assert type(parts["told"]).__module__.startswith("sklearn.")
    assert model.effect(inputs) == pytest.approx(by_hand.clip(-1, 1))
    listens = matrix.features[:, 1] > 0
    assert by_hand[listens].mean() > by_hand[~listens].mean() + 0.15


def test_what_does_not_win_is_told_and_left_out(tmp_path: Path) -> None:
    metrics = trained(company(0.0), tmp_path)

    assert not metrics["uplift"]["wins"]
    assert metrics["uplift"]["ci95"][0] <= 0 or metrics["uplift"]["advantage_ci95"][0] <= 0
    assert not (tmp_path / "model" / "uplift.joblib").exists()
    assert "uplift" not in json.loads((tmp_path / "model" / "metadata.json").read_text(encoding="utf-8"))
    pack(tmp_path / "model", tmp_path / "model.tar.gz")


def test_without_a_holdout_the_metrics_say_why_there_is_none(tmp_path: Path) -> None:
    matrix = company(0.3)
    nothing = replace(
        matrix,
        suggested=np.zeros_like(matrix.suggested),
        told=np.zeros_like(matrix.told),
        propensities=np.full_like(matrix.propensities, np.nan),
    )

    metrics = trained(nothing, tmp_path)

    assert metrics["uplift"]["wins"] is False
    assert metrics["uplift"]["refused"].startswith("too little holdout data: 0 suggestions told to learn from")
