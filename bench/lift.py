"""`python -m bench.lift`: how often the lift report's intervals hold the true effect; bench/results/lift.json."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.machine import describe
from divisa.domain.policy import PolicyRules
from simulator.closed_loop import Loop, run_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.closed_loop import Measured, Run

RESULTS = Path(__file__).parent / "results" / "lift.json"
RUNS = 100
LEAST_COVERED = 90
PRODUCTION_RUNS = 50
PRODUCTION_USERS = 1200
"""So many that the policy's own share of them is a group that can be compared."""
WORKERS = 2
PORTION = 5
"""Seeds that a process takes at a time."""


def summary(runs: Sequence[Run]) -> dict[str, Any]:
    """Runs as JSON: how many intervals hold the true effect, and how much they say; lifts in percentage points."""
    segments = sorted({segment for run in runs for segment in run.segments})
    return {
        "runs": len(runs),
        **_coverage([run.overall for run in runs]),
        "missed_seeds": [run.seed for run in runs if not run.overall.covers],
        "segments": {
            f"{by} {value}": _coverage([run.segments[by, value] for run in runs if (by, value) in run.segments])
            for by, value in segments
        },
    }


def _coverage(measured: Sequence[Measured]) -> dict[str, Any]:
    """`judged` are those in which both groups had enough users; the means are theirs."""
    judged = [(each, each.lift.difference) for each in measured if each.lift.difference is not None]
    found: dict[str, Any] = {"judged": len(judged), "covered": sum(each.covers for each, _ in judged)}
    if not judged:
        return found
    points = [(100 * each.truth, 100 * lift.estimate, 100 * (lift.high - lift.low)) for each, lift in judged]
    truth, estimate, width = (round(float(value), 2) for value in np.mean(points, axis=0))
    sizes = [(each.lift.treated.suggestions, each.lift.held_out.suggestions) for each, _ in judged]
    told, held_out = (round(float(value), 1) for value in np.mean(sizes, axis=0))
    return found | {
        "above_zero": sum(lift.low > 0 for _, lift in judged),
        "mean_truth_points": truth,
        "mean_estimate_points": estimate,
        "mean_width_points": width,
        "told_a_run": told,
        "held_out_a_run": held_out,
    }


def runs_of(plan: Loop, count: int) -> list[Run]:
    """The runs of seeds 1 to `count`, in order, by as many processes as there are cores on a laptop to spare."""
    seeds = range(1, count + 1)
    portions = [seeds[start : start + PORTION] for start in range(0, count, PORTION)]
    # Spawned, not forked: a fork would go on with all that watches this process, as the measuring of coverage.
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        return [run for portion in pool.map(partial(_portion, plan), portions) for run in portion]


def _portion(plan: Loop, seeds: range) -> list[Run]:
    return list(run_all(seeds, plan))


def main() -> None:
    """Run, print a JSON line and write it; exit 1 when too few intervals hold the truth."""
    plan, started = Loop(), time.perf_counter()
    production = replace(plan, users=PRODUCTION_USERS, rules=PolicyRules(min_gain=None))
    line = {"bench": "lift_closed_loop", "holdout_share": plan.rules.holdout_share, **summary(runs_of(plan, RUNS))}
    line["production_share"] = {
        "holdout_share": production.rules.holdout_share,
        "users": production.users,
        **summary(runs_of(production, PRODUCTION_RUNS)),
    }
    line["seconds"] = round(time.perf_counter() - started, 1)
    sys.stdout.write(json.dumps(line) + "\n")
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "on": describe(),
        "loop": {"users": plan.users, "start": f"{plan.start}", "end": f"{plan.end}", "pair": str(plan.pair)},
        "result": line,
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    sys.exit(line["covered"] < LEAST_COVERED)


if __name__ == "__main__":
    main()
