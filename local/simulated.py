"""A simulation's files as those that a training set is built of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.training_files import TrainingFiles
from simulator.simulate import NAMES, SimulatedFiles

if TYPE_CHECKING:
    from pathlib import Path


def simulated_in(folder: Path) -> SimulatedFiles | None:
    """The files of the simulation that was written into a folder; None if one is not there."""
    files = [folder / name for name in NAMES]
    return SimulatedFiles(*files) if all(file.is_file() for file in files) else None


def training_files(files: SimulatedFiles) -> TrainingFiles:
    """What can be learned from of a simulation, and what it can be compared with."""
    return TrainingFiles(
        files.prices, files.transactions, accounts=files.accounts, groups=files.groups, oracle=files.oracle
    )
