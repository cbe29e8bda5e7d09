"""One small simulated world and one model trained on it, shared by the tests of this folder."""

from __future__ import annotations

import tarfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from local.simulated import training_files
from model.pipeline import TrainedModel, train_model
from model.training_set import build_training_set
from simulator.simulate import SimulatedFiles, Simulation, simulate

if TYPE_CHECKING:
    from pathlib import Path

    from model.matrix import TrainingMatrix


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFiles:
    return simulate(
        tmp_path_factory.mktemp("world"),
        Simulation(users=160, start=date(2022, 6, 1), end=date(2023, 9, 1), seed=4),
    )


@pytest.fixture(scope="session")
def matrix(world: SimulatedFiles) -> TrainingMatrix:
    """What the model learns from; nobody may write into its features, which all tests share."""
    made = build_training_set(training_files(world))
    made.features.setflags(write=False)
    return made


@pytest.fixture(scope="session")
def trained(world: SimulatedFiles, tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    return train_model(
        training_files(world),
        tmp_path_factory.mktemp("trained"),
        hyper_parameters={"max_iter": 30},
    )


@pytest.fixture(scope="session")
def model_dir(trained: TrainedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    with tarfile.open(trained.artefact) as archive:
        archive.extractall(folder, filter="data")
    return folder
