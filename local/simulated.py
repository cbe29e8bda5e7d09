"""A simulation's files as those that a training set is built of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.training_files import TrainingFiles

if TYPE_CHECKING:
    from simulator.simulate import SimulatedFiles


def training_files(files: SimulatedFiles) -> TrainingFiles:
    """What can be learned from of a simulation, and what it can be compared with."""
    return TrainingFiles(
        files.prices, files.transactions, accounts=files.accounts, groups=files.groups, oracle=files.oracle
    )
