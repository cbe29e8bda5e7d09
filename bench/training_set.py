"""`python -m bench.training_set`: how fast files become a training matrix on one core, and in how much memory.

Each size is built in a process of its own, on one thread, from files of random numbers (`bench.random_ledger`).
Seconds are those of the processor, since other work on the machine is none of ours; the clock's stand beside them.
Writes bench/results/training_set.json.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.machine import describe
from bench.random_ledger import RandomLedger
from model.training_files import TrainingFiles
from model.training_set import build_training_set

RESULTS: Final = Path(__file__).parent / "results" / "training_set.json"
SIZES: Final = (
    RandomLedger(transactions=1_000_000, users=10_000),
    RandomLedger(transactions=1_000_000, users=200),
    RandomLedger(transactions=10_000_000, users=100_000),
)
_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_KIB: Final = 1024


def main() -> None:
    """Build each size, print a JSON line for each and write them; or build one, when called with its two files."""
    if sys.argv[1:]:
        sys.stdout.write(json.dumps(_built(TrainingFiles(Path(sys.argv[1]), Path(sys.argv[2])))) + "\n")
        return
    lines = []
    for size in SIZES:
        line = {"transactions": size.transactions, "users": size.users, **measured(size)}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        lines.append(line)
    document = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": describe(), "results": lines}
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def measured(size: RandomLedger) -> dict[str, Any]:
    """What it takes to build the training set of a random ledger."""
    with tempfile.TemporaryDirectory(prefix="divisa-bench-") as folder:
        files = size.write(Path(folder))
        done = subprocess.run(  # noqa: S603 - this interpreter on this file
            [sys.executable, "-m", "bench.training_set", *map(str, files)],
            env={**os.environ, **_ONE_THREAD},
            stdout=subprocess.PIPE,
            check=True,
        )
    line: dict[str, Any] = json.loads(done.stdout)
    return {"transactions_per_s": round(size.transactions / line["cpu_seconds"]), **line}


def _built(files: TrainingFiles) -> dict[str, Any]:
    stages: dict[str, float] = {}

    def begins(stage: str) -> None:
        stages[stage.partition(":")[0]] = stages.get(stage.partition(":")[0], time.process_time())

    started, clock = time.process_time(), time.perf_counter()
    matrix = build_training_set(files, on_stage=begins)
    ended = time.process_time()
    marks = [*stages.values(), ended]
    return {
        "cpu_seconds": round(ended - started, 2),
        "clock_seconds": round(time.perf_counter() - clock, 2),
        "peak_rss_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB / 2**30, 2),
        "rows": len(matrix.labels),
        "stage_cpu_seconds": {
            name: round(after - before, 2) for name, before, after in zip(stages, marks, marks[1:], strict=False)
        },
    }


if __name__ == "__main__":
    main()
