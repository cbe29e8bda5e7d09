"""A trained model: by the local job on a laptop, by a stage's retraining pipeline on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from local.notebooks import pipeline
from local.notebooks.data import address
from local.notebooks.setting import Where
from local.promotion.stage import open_stage
from model.pipeline import train_model
from model.training_set import MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.notebooks.setting import Setting
    from model.training_files import TrainingFiles


class Learned(NamedTuple):
    """What became of learning.

    Attributes:
        artefact: the model.
        registered: ARN of its version in the registry; None where it has none, as on a laptop.
        refused: why the pipeline did not register it; None where it did, or was not asked.
    """

    artefact: Path
    registered: str | None = None
    refused: str | None = None


def learn(
    setting: Setting,
    files: TrainingFiles,
    *,
    name: str = "model",
    max_rows: int = MAX_ROWS,
    seed: int = 0,
    report: Callable[[str], None] = lambda line: None,
) -> Learned:
    """Train a model.

    Args:
        setting: who does it.
        files: what it learns from; on SageMaker the pipeline takes them from the address that they came from.
        name: of the folder that the artefact goes to.
        max_rows: about how many rows to learn and judge on.
        seed: of the choice of rows and of the trees.
        report: told in words what begins.

    Raises:
        InvalidFile: there is too little to learn from.
        RetrainingFailed: the pipeline failed.
        StoreUnavailable, LaptopCloudError: the stage cannot be asked.
    """
    out = setting.folder / name
    if setting.where is Where.LAPTOP:
        return Learned(train_model(files, out, seed=seed, max_rows=max_rows, on_stage=report).artefact)
    parameters = {"Data": address(setting), "MaxRows": max_rows, "Seed": seed}
    with open_stage(setting.stage) as stage:
        return Learned(*pipeline.run(stage, parameters, out / "model.tar.gz", report=report))
