"""A model's artefact as a scorer: by its version, and only what is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.domain.errors import InvalidModel, LaptopCloudError
from local import artefact, cloud
from local.artefact import scorer_for, scorer_of, version_of
from model.bands import bands, flatten
from tests.small_model import TEMPERATURE, THRESHOLDS, VERSION, fitted, question, write_artefact

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_artefact(tmp_path_factory.mktemp("artefact") / "model.tar.gz")


def test_an_artefact_says_what_its_model_says(packed: Path) -> None:
    asked = question(50)
    scores = scorer_of(packed).score(asked)

    expected = bands(flatten(fitted()), TEMPERATURE, THRESHOLDS, *asked)
    assert scores.model_version == VERSION
    assert np.array_equal(scores.probabilities, expected.probabilities)
    assert np.array_equal(scores.decisions, expected.decision)
    assert np.array_equal(scores.quiet_upper, expected.quiet_upper)


def test_an_artefact_is_known_by_its_version(packed: Path) -> None:
    assert version_of(packed) == VERSION
    assert scorer_for(VERSION, packed).score(question(1)).model_version == VERSION


def test_for_another_version_the_running_endpoint_is_asked(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_running() -> object:
        raise LaptopCloudError("laptop cloud", "is not running")

    monkeypatch.setattr(cloud, "running", not_running)
    with pytest.raises(LaptopCloudError):
        scorer_for("v8", packed)


@pytest.mark.parametrize("body", [b"", b"no tar", b"\x1f\x8b\x08\x00"])
def test_what_is_no_artefact_is_refused(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(body)
    for read in (version_of, scorer_of):
        with pytest.raises(InvalidModel, match="is no model"):
            read(path)


def test_where_there_is_none_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match="there is no model at"):
        artefact.scorer_of(tmp_path / "model.tar.gz")
