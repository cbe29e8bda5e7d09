"""Retraining on a laptop: the committed pipeline on somebody's files, in a folder of the laptop cloud."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.retraining.code import build
from local.home import HOME
from local.retraining.definition import load, parameters_of
from local.retraining.errors import RetrainingFailed
from local.retraining.execution import Execution
from local.retraining.registration import registration
from local.retraining.storage import FolderStore
from model.jobs.prepare import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from local.retraining.execution import Ended
    from model.training_files import TrainingFiles

FOLDER = "retraining"
"""Its folder in the laptop cloud's. Nothing in it is needed after a run; what is deleted is made again."""


@dataclass(frozen=True, slots=True)
class Retrained:
    """What a run came to.

    Attributes:
        ended: how the pipeline ended.
        evaluation: what the model was judged to be.
        artefact: the model, registered or not.
    """

    ended: Ended
    evaluation: dict[str, Any]
    artefact: Path


def retrain(
    files: TrainingFiles,
    *,
    parameters: Mapping[str, Any] | None = None,
    home: Path = HOME,
    report: Callable[[str], None] = lambda line: None,
) -> Retrained:
    """Run the pipeline.

    Args:
        files: what to learn from.
        parameters: of the pipeline, by name; its defaults stand for what is not given.
        home: the folder of the laptop cloud.
        report: told in words what begins.

    Raises:
        RetrainingFailed: a file is missing, a step failed, or another run is under way in this folder.
    """
    folder = home / FOLDER
    with _alone(folder):
        data, code = _linked(files, folder / "data"), build(folder / "code", target=None)
        given = {"Data": data.as_uri(), "Code": code.as_uri(), **(parameters or {})}
        definition, store = load(), FolderStore(folder / "s3")
        execution = Execution(parameters_of(definition, given), store, folder, registration(home), report)
        ended = execution.run(definition)
    artefact = store.path(ended.known.steps["Train"]["ModelArtifacts"]["S3ModelArtifacts"])
    return Retrained(ended, ended.known.files["Evaluate", "Evaluation"], artefact)


def _linked(files: TrainingFiles, folder: Path) -> Path:
    """A folder as the job finds it on AWS: one for each contract."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in CONTRACTS:
        path: Path | None = getattr(files, name)
        if path is not None:
            if not path.is_file():
                raise RetrainingFailed("data", f"there is no file {path}")
            link = folder / name / f"{name}.csv"
            link.parent.mkdir(parents=True)
            link.symlink_to(path.resolve())
    return folder


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            raise RetrainingFailed("start", f"another run is under way in {folder}") from cause
        yield
