"""One set of rows and the models that were trained on it, shared by the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from model.matrix import Part, take_rows
from model.promotion.artefact import OpenedModel, opened
from model.promotion.evidence import Evidence, evidence_of
from tests.unit.model.promotion.models import leaking, rows, shuffled, train

if TYPE_CHECKING:
    from pathlib import Path

    from model.matrix import TrainingMatrix


@pytest.fixture(scope="session")
def made_rows() -> TrainingMatrix:
    return rows()


@pytest.fixture(scope="session")
def held_out(made_rows: TrainingMatrix) -> Evidence:
    return evidence_of("held-out rows", take_rows(made_rows, made_rows.part(Part.TEST)))


@pytest.fixture(scope="session")
def artefact(made_rows: TrainingMatrix, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(made_rows, tmp_path_factory.mktemp("honest"))


@pytest.fixture(scope="session")
def honest(artefact: Path) -> OpenedModel:
    return whole(artefact)


@pytest.fixture(scope="session")
def live(made_rows: TrainingMatrix, tmp_path_factory: pytest.TempPathFactory) -> OpenedModel:
    return whole(train(made_rows, tmp_path_factory.mktemp("live"), seed=1))


@pytest.fixture(scope="session")
def worse(made_rows: TrainingMatrix, tmp_path_factory: pytest.TempPathFactory) -> OpenedModel:
    return whole(train(shuffled(made_rows), tmp_path_factory.mktemp("worse")))


@pytest.fixture(scope="session")
def leaked(made_rows: TrainingMatrix, tmp_path_factory: pytest.TempPathFactory) -> OpenedModel:
    return whole(train(leaking(made_rows), tmp_path_factory.mktemp("leaked")))


def whole(artefact: Path) -> OpenedModel:
    found = opened(artefact)
    assert isinstance(found, OpenedModel), found
    return found
