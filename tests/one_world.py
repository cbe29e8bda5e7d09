"""One small simulated world and one model of it, for all tests that only read them, whatever worker runs them."""

from __future__ import annotations

import fcntl
import os
import pickle
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from local.simulated import training_files
from model.pipeline import TrainedModel, train_model
from simulator.simulate import SimulatedFiles, Simulation, simulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

T = TypeVar("T")
TREES = 30
"""Boosting rounds of the model."""


def simulated(folders: pytest.TempPathFactory) -> SimulatedFiles:
    """The world: a year and a quarter of 160 people."""
    plan = Simulation(users=160, start=date(2022, 6, 1), end=date(2023, 9, 1), seed=4)
    return _once(folders, "one-world", lambda folder: simulate(folder, plan))


def trained(folders: pytest.TempPathFactory) -> TrainedModel:
    """The model, which a real training job trained on the world's files."""
    files = training_files(simulated(folders))
    return _once(folders, "one-model", lambda folder: train_model(files, folder, hyper_parameters={"max_iter": TREES}))


def _once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], T]) -> T:
    """What is made in a folder of the run by the worker that asks for it first; the others wait for that."""
    base = folders.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    known = run / f"{name}.pickle"
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not known.exists():
            known.write_bytes(pickle.dumps(make(run / name)))
    made: T = pickle.loads(known.read_bytes())  # noqa: S301 - written by this run
    return made
