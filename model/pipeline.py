"""The whole way on one machine: files → training matrix → training job → artefact and metrics.

The training job runs as a process of its own with the variables that SageMaker's script mode sets, in a folder with
nothing but the code that the image would get; so what trains here trains there.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from divisa.domain.errors import InvalidFile, InvalidModel, InvalidSetting
from model import script_mode
from model.inference import CLASSES
from model.matrix import write_matrix
from model.package import SERVING_CODE, pack
from model.split import missing
from model.training_set import MAX_ROWS, build_training_set

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from model.matrix import TrainingMatrix
    from model.training_files import TrainingFiles

CONTAINER_CODE = (
    "__init__.py",
    "artefact.py",
    *sorted(f"baselines/{source.name}" for source in Path(__file__).with_name("baselines").glob("*.py")),
    "boosting.py",
    "evaluate.py",
    *sorted(f"judging/{source.name}" for source in Path(__file__).with_name("judging").glob("*.py")),
    "matrix.py",
    "metrics.py",
    "search.py",
    "thresholds.py",
    "train.py",
    *sorted(f"uplift/{source.name}" for source in Path(__file__).with_name("uplift").glob("*.py")),
    "version.py",
    "weights.py",
    *SERVING_CODE,
)
"""What the training image gets of this package. The serving code is copied into the artefact; some of it is read."""
_LOG_END = 2000


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What training left behind.

    Attributes:
        artefact: `model.tar.gz`.
        metrics_file: `metrics.json` beside it.
        metrics: its content.
        version: the model's version.
        rows, users: size of the training matrix.
    """

    artefact: Path
    metrics_file: Path
    metrics: dict[str, Any]
    version: str
    rows: int
    users: int


def train_model(
    files: TrainingFiles,
    out: Path,
    *,
    max_rows: int = MAX_ROWS,
    seed: int = 0,
    search: int = 0,
    hyper_parameters: Mapping[str, int | float] | None = None,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> TrainedModel:
    """Train on files of the CSV contracts and write `model.tar.gz` and `metrics.json` into `out`.

    Args:
        files: where they lie.
        out: folder, made when it does not exist.
        max_rows: about how many user-days to learn and judge on.
        seed: of the choice of rows and of the trees.
        search: how many hyper-parameters to try first, of `model.search`; 0 for none.
        hyper_parameters: of `model.train`, by name; its defaults stand for what is not given.
        on_stage: told in words what begins.

    Raises:
        InvalidSetting: more is to be tried than a search may.
        InvalidFile: a file is not of its contract, or has too little history to learn from.
        InvalidModel: the training job failed; the message ends with what it printed.
    """
    from model.search import MOST  # which needs scikit-learn, that takes seconds to import

    if not 0 <= search <= MOST:
        raise InvalidSetting("search", f"0 to {MOST} can be tried, not {search}")
    matrix = matrix_to_learn_from(files, max_rows=max_rows, seed=seed, on_stage=on_stage)
    settings = {"random_state": seed, "search": search, **(hyper_parameters or {})}
    with tempfile.TemporaryDirectory(prefix="divisa-train-") as scratch:
        job = Path(scratch)
        write_matrix(matrix, job / "train")
        run_training_job(job, settings, on_stage=on_stage)
        on_stage("Packing the artefact")
        out.mkdir(parents=True, exist_ok=True)
        pack(job / "model", out / "model.tar.gz")
        metrics_file = Path(shutil.copyfile(job / "output" / "metrics.json", out / "metrics.json"))
        version = json.loads((job / "model" / "metadata.json").read_text(encoding="utf-8"))["model_version"]
    metrics = json.loads(metrics_file.read_text(encoding="utf-8"))
    return TrainedModel(
        out / "model.tar.gz", metrics_file, metrics, version, rows=metrics["rows"], users=metrics["users"]
    )


def matrix_to_learn_from(
    files: TrainingFiles, *, max_rows: int, seed: int, on_stage: Callable[[str], None] = lambda stage: None
) -> TrainingMatrix:
    """The training matrix of files; arguments as of `train_model`.

    Raises:
        InvalidFile: a file is not of its contract, or has too little history to learn from.
    """
    matrix = build_training_set(files, max_rows=max_rows, seed=seed, on_stage=on_stage)
    problem = missing(matrix.parts[~matrix.told], matrix.labels[~matrix.told], CLASSES)
    if problem is not None:
        raise InvalidFile(f"too little history to learn from, without those who were told something: {problem}")
    return matrix


def run_training_job(
    job: Path,
    arguments: Mapping[str, int | float],
    *,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> None:
    """Run `model/train.py` as the container would: input in `train/`, results in `model/` and `output/` of a folder.

    Ctrl-C is handed on to the job, which ends a search with what is known and anything else at once.

    Args:
        job: the folder.
        arguments: of the job, by name.
        on_stage: told each line that the job prints.

    Raises:
        InvalidModel: the job failed; the message ends with what it printed.
        KeyboardInterrupt: it was interrupted, and so ended.
    """
    code = job / "code" / "model"
    for name in CONTAINER_CODE:
        (code / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(__file__).parent / name, code / name)
    with (
        (job / "errors").open("w+", encoding="utf-8") as errors,
        subprocess.Popen(  # noqa: S603 - this interpreter on our own file
            script_mode.command(code / "train.py", arguments),
            cwd=code.parent,
            env=script_mode.environ(
                code.parent,
                {"train": job / "train"},
                job / "model",
                job / "output",
                {"OMP_WAIT_POLICY": "PASSIVE"},  # threads that spin slow everything else on a laptop
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            process_group=0,  # or the terminal would interrupt it as well, and it would be told twice
        ) as running,
    ):
        interrupted = _followed(running, on_stage)
        errors.seek(0)
        log = errors.read()
    if running.returncode and interrupted:
        raise KeyboardInterrupt
    if running.returncode:
        raise InvalidModel(f"the training job failed with code {running.returncode}\n{log[-_LOG_END:]}")


def _followed(running: subprocess.Popen[str], on_stage: Callable[[str], None]) -> bool:
    """Hand on the lines of a process until it ends, and every Ctrl-C to it; returns whether there was one."""
    interrupted, going_on = False, True
    while going_on:
        try:
            for line in running.stdout or ():
                on_stage(line.rstrip())
            running.wait()
            going_on = False
        except KeyboardInterrupt:
            interrupted = True
            running.send_signal(signal.SIGINT)
        except BaseException:
            running.kill()
            raise
    return interrupted
