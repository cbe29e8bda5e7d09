"""`python -m bench.training`: how long the whole training job takes on a million rows of 24 features.

The rows are real ones: a population is simulated over years of the central bank's prices, and its files become a
training matrix, which is not timed. The job is timed as the container runs it: a process that starts, reads the
matrix, fits, calibrates, chooses thresholds, fits the baselines, judges, and writes the artefact. Beside the seconds on
the clock stand those that the processors spent on it, since the machine may have had other things to do. Writes
bench/results/training.json.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.machine import describe
from local.simulated import training_files
from model.boosting import DEFAULTS
from model.matrix import Part, read_matrix, write_matrix
from model.pipeline import run_training_job
from model.training_set import build_training_set
from simulator.simulate import Simulation, simulate

if TYPE_CHECKING:
    from model.matrix import TrainingMatrix

RESULTS = Path(__file__).parent / "results" / "training.json"
LIMIT_SECONDS = 90.0
"""What a million rows may take on two cores."""
WORLD = Simulation(users=5_000, start=date(2016, 5, 1), end=date(2024, 5, 1))
ROWS = 1_000_000
_MEBIBYTE = 1024


def main() -> None:
    """Simulate, build the matrix, train, and write the figures."""
    options = argparse.ArgumentParser(prog="python -m bench.training", description=__doc__)
    options.add_argument("--rows", type=int, default=ROWS, help="about so many")
    options.add_argument("--users", type=int, default=WORLD.users, help="simulated")
    options.add_argument("--matrix", type=Path, help="a folder with a training matrix, instead of a simulation")
    options.add_argument("--out", type=Path, default=RESULTS)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="divisa-bench-") as folder:
        matrix = read_matrix(given.matrix) if given.matrix else _simulated(Path(folder), given.users, given.rows)
        figures = measured(matrix, Path(folder) / "job")
    sys.stdout.write(json.dumps(figures) + "\n")
    document = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": describe(), **figures}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def measured(matrix: TrainingMatrix, job: Path) -> dict[str, Any]:
    """Run the training job on a matrix, with its defaults, in a folder that is made."""
    write_matrix(matrix, job / "train")
    load = os.getloadavg()[0]  # of the minute before: well above 0, and the seconds are not this job's own
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    begun: list[tuple[str, float]] = []
    run_training_job(job, {}, on_stage=lambda line: begun.append((line, time.perf_counter() - started)))
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    metrics = json.loads((job / "output" / "metrics.json").read_text(encoding="utf-8"))
    return {
        "bench": "training",
        "rows": len(matrix.labels),
        "rows_fitted": int(matrix.part(Part.FIT).sum()),
        "features": matrix.features.shape[1],
        "users": len(np.unique(matrix.users)),
        "hyper_parameters": dict(DEFAULTS),
        "seconds": round(seconds, 1),
        "limit_seconds": LIMIT_SECONDS,
        "processor_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "load_average": round(load, 1),
        "peak_mib": round(after.ru_maxrss / _MEBIBYTE),
        "begun_after_seconds": {line: round(at, 1) for line, at in begun},
        "log_loss": metrics["log_loss"],
        "base_rate_log_loss": metrics["baselines"]["base_rate"]["log_loss"],
        "ece": metrics["ece"],
    }


def _simulated(folder: Path, users: int, rows: int) -> TrainingMatrix:
    """The matrix of a simulated population, thinned to about so many rows."""
    files = simulate(folder, Simulation(users=users, start=WORLD.start, end=WORLD.end))
    return build_training_set(replace(training_files(files), oracle=None), max_rows=rows)


if __name__ == "__main__":
    main()
