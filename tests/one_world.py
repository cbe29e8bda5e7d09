"""One small simulated world and one model of it, for all tests that only read them, whatever worker runs them."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import date
from typing import TYPE_CHECKING

from local.artefact import version_of
from local.simulated import simulated_in, training_files
from model.pipeline import TrainedModel, train_model
from simulator.simulate import SimulatedFiles, Simulation, simulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

TREES = 30
"""Boosting rounds of the model."""


def simulated(folders: pytest.TempPathFactory) -> SimulatedFiles:
    """The world: a year and a quarter of 160 people."""
    plan = Simulation(users=160, start=date(2022, 6, 1), end=date(2023, 9, 1), seed=4)
    found = simulated_in(_once(folders, "one-world", lambda folder: simulate(folder, plan)))
    assert found is not None
    return found


def trained(folders: pytest.TempPathFactory) -> TrainedModel:
    """The model, which a real training job trained on the world's files."""
    files = training_files(simulated(folders))
    made = _once(folders, "one-model", lambda folder: train_model(files, folder, hyper_parameters={"max_iter": TREES}))
    artefact, metrics_file = made / "model.tar.gz", made / "metrics.json"
    metrics = json.loads(metrics_file.read_text(encoding="utf-8"))
    return TrainedModel(
        artefact, metrics_file, metrics, version_of(artefact), rows=metrics["rows"], users=metrics["users"]
    )


def _once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder of the run that is filled by the worker that asks for it first; the others wait for that."""
    base = folders.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made, draft = run / name, run / f"{name}.part"
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make(draft)
            draft.rename(made)
    return made
