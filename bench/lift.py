"""`python -m bench.lift`: how often the lift report's interval holds the true effect; bench/results/lift.json."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.machine import describe
from simulator.closed_loop import Loop, run_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.closed_loop import Run

RESULTS = Path(__file__).parent / "results" / "lift.json"
RUNS = 100
LEAST_COVERED = 90


def summary(runs: Sequence[Run]) -> dict[str, Any]:
    """Runs as JSON: how many intervals hold the true effect, and how much they say; lifts in percentage points."""
    found = [(run, run.lift.difference) for run in runs if run.lift.difference is not None]
    points = [(100 * run.truth, 100 * each.estimate, 100 * each.low, 100 * each.high) for run, each in found]
    truth, estimate, low, high = (float(value) for value in np.mean(points, axis=0))
    return {
        "bench": "lift_closed_loop",
        "runs": len(runs),
        "covered": sum(run.covers for run in runs),
        "above_zero": sum(each.low > 0 for _, each in found),
        "mean_truth_points": round(truth, 2),
        "mean_estimate_points": round(estimate, 2),
        "mean_width_points": round(high - low, 2),
        "told_a_run": round(float(np.mean([run.lift.treated.suggestions for run in runs])), 1),
        "held_out_a_run": round(float(np.mean([run.lift.held_out.suggestions for run in runs])), 1),
        "missed_seeds": [run.seed for run in runs if not run.covers],
    }


def main() -> None:
    """Run, print a JSON line and write it; exit 1 when too few intervals hold the truth."""
    plan, started = Loop(), time.perf_counter()
    line = summary(list(run_all(range(1, RUNS + 1), plan)))
    line["seconds"] = round(time.perf_counter() - started, 1)
    sys.stdout.write(json.dumps(line) + "\n")
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "on": describe(),
        "loop": {"users": plan.users, "start": f"{plan.start}", "end": f"{plan.end}", "pair": str(plan.pair)},
        "holdout_share": plan.rules.holdout_share,
        "result": line,
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    sys.exit(line["covered"] < LEAST_COVERED)


if __name__ == "__main__":
    main()
