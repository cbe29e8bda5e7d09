"""One small simulated world and one model trained on it, shared by the tests of this folder."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

import pytest

from local.simulated import training_files
from model.training_set import build_training_set
from tests import one_world

if TYPE_CHECKING:
    from pathlib import Path

    from model.matrix import TrainingMatrix
    from model.pipeline import TrainedModel
    from simulator.simulate import SimulatedFiles


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFiles:
    return one_world.simulated(tmp_path_factory)


@pytest.fixture(scope="session")
def matrix(world: SimulatedFiles) -> TrainingMatrix:
    """What the model learns from; nobody may write into its features, which all tests share."""
    made = build_training_set(training_files(world))
    made.features.setflags(write=False)
    return made


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    return one_world.trained(tmp_path_factory)


@pytest.fixture(scope="session")
def model_dir(trained: TrainedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    with tarfile.open(trained.artefact) as archive:
        archive.extractall(folder, filter="data")
    return folder
