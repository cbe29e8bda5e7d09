"""What is no whole artefact, or one of other features, is refused by name before anything of it is asked."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import model.bands.trees
from model.bands.rule import probabilities
from model.inference import predict_fn
from model.promotion.artefact import OpenedModel, opened
from model.promotion.gate import Gate, GateName, Verdict
from tests.small_model import question
from tests.unit.model.promotion.models import renamed, reordered, train, with_metadata

if TYPE_CHECKING:
    from pathlib import Path

    from model.matrix import TrainingMatrix


pytestmark = pytest.mark.slow


def refused(artefact: Path) -> tuple[GateName, str]:
    found = opened(artefact)
    assert isinstance(found, Gate)
    assert found.verdict is Verdict.REFUSED
    return found.name, found.says


def test_a_whole_artefact_says_what_its_endpoint_would_say(honest: OpenedModel) -> None:
    asked = question(40).rows()

    answer = predict_fn(asked, honest.served)

    expected = np.stack([answer[name] for name in ("p_hold", "p_buy", "p_sell")], axis=1)
    assert_array_equal(honest.probabilities(asked), expected)
    raw = honest.classifier.decision_function(question(40).features())
    assert_array_equal(honest.probabilities(asked), probabilities(raw, honest.served.temperature))


def test_a_truncated_archive_is_broken(artefact: Path, tmp_path: Path) -> None:
    short = tmp_path / "model.tar.gz"
    short.write_bytes(artefact.read_bytes()[:-2000])

    assert refused(short)[0] is GateName.BROKEN_ARTEFACT


def test_what_is_no_archive_is_broken(tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_text("no archive")

    assert refused(tmp_path / "model.tar.gz")[0] is GateName.BROKEN_ARTEFACT
    assert refused(tmp_path / "nothing.tar.gz")[0] is GateName.BROKEN_ARTEFACT


def _better(metadata: dict[str, Any]) -> None:
    metadata["metrics"]["log_loss"] = 0.0001


def _looser(metadata: dict[str, Any]) -> None:
    metadata["thresholds"]["BUY"] = 0.01


def _of_another_scikit_learn(metadata: dict[str, Any]) -> None:
    metadata["versions"]["sklearn"] = "1.8.0"


@pytest.mark.parametrize("edit", [_better, _looser, _of_another_scikit_learn])
def test_metadata_that_were_edited_are_broken(artefact: Path, tmp_path: Path, edit: Any) -> None:
    name, says = refused(with_metadata(artefact, tmp_path / "model.tar.gz", edit))

    assert name is GateName.BROKEN_ARTEFACT
    assert "changed after training" in says


def test_a_model_of_another_scikit_learn_is_broken(
    made_rows: TrainingMatrix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.artefact.sklearn.__version__", "1.8.0")
    made = train(made_rows, tmp_path)
    monkeypatch.undo()

    name, says = refused(made)

    assert name is GateName.BROKEN_ARTEFACT
    assert "made by scikit-learn 1.8.0" in says


def test_other_serving_code_is_broken_since_it_was_not_judged(artefact: Path, tmp_path: Path) -> None:
    changed = tmp_path / "model.tar.gz"
    with tarfile.open(artefact) as before, tarfile.open(changed, "w:gz") as after:
        for member in before:
            content = before.extractfile(member)
            assert content is not None
            body = content.read() + (b"# later\n" if member.name == "code/inference.py" else b"")
            member.size = len(body)
            after.addfile(member, io.BytesIO(body))

    name, says = refused(changed)

    assert name is GateName.BROKEN_ARTEFACT
    assert "inference.py" in says


@pytest.mark.parametrize(("change", "what"), [(renamed, "moon_phase"), (reordered, "another order")])
def test_a_model_of_other_features_is_refused_for_its_feature_hash(
    made_rows: TrainingMatrix, tmp_path: Path, change: Any, what: str
) -> None:
    name, says = refused(train(change(made_rows), tmp_path))

    assert name is GateName.OTHER_FEATURE_HASH
    assert what in says


def test_trees_that_cannot_be_walked_are_broken(artefact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model.bands.trees, "KNOWN_VERSIONS", ("2.0.0",))

    name, says = refused(artefact)

    assert name is GateName.BROKEN_ARTEFACT
    assert "decision bands cannot be told" in says
