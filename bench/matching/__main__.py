"""`python -m bench.matching`: every contender on the same ticks; a JSON line each, and bench/results/matching.json."""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.machine import describe
from bench.matching import redis_sets
from bench.matching.contenders import Contender, Heaps, Index, Scan, SortedArrays
from bench.matching.workload import DAY, MEAN_DISTANCE, Workload, brownian, quoted, workload
from divisa.adapters.memory.band_index import BandIndex

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESULTS = Path(__file__).parents[1] / "results" / "matching.json"
WARM_UP = 2_000


@dataclass(frozen=True, slots=True)
class Measured:
    """A contender's figures, and what it broke: (tick, slot) a row, sorted."""

    figures: dict[str, Any]
    broken: NDArray[np.int64]


def main() -> None:
    """Measure all; ends with an error when any of them breaks other watches than the index does."""
    options = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    options.add_argument("--users", type=int, default=1_000_000)
    options.add_argument("--ticks", type=int, default=DAY, help="how many, at one a second")
    options.add_argument("--quotes", type=Path, help="a CSV file of the prices contract instead of made ticks")
    options.add_argument("--distance", type=float, default=MEAN_DISTANCE, help="mean of an edge from the price, log")
    options.add_argument("--out", type=Path, default=RESULTS)
    given = options.parse_args()
    ticks = quoted(given.quotes)[: given.ticks] if given.quotes else brownian(given.ticks)
    work = workload(ticks, given.users, given.distance)

    warm = workload(ticks[:WARM_UP], 20_000)
    replayed(warm)
    tick_by_tick("warm-up", warm, Index(warm))

    reference = replayed(work)
    lines = [reference.figures]
    _say(reference.figures)
    for name, build in (("band_index", Index), ("heaps", Heaps), ("sorted_arrays", SortedArrays), ("scan", Scan)):
        lines.append(_checked(tick_by_tick(name, work, build(work)), reference))
    if redis_sets.is_there():
        with redis_sets.server() as redis:
            lines.append(_checked(tick_by_tick("redis", work, redis_sets.RedisSets(work, redis)), reference))
    else:
        lines.append({"contender": "redis", "absent": "this machine has no redis-server"})
        _say(lines[-1])

    fastest = lines[1]["ticks_per_s"]
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "on": describe(),
        "users": given.users,
        "ticks": len(ticks),
        "ticks_from": given.quotes.name if given.quotes else "seeded Brownian path",
        "mean_distance": given.distance,
        "breaking_ticks": len(np.unique(reference.broken[:, 0])),
        "same_watches_broken": True,
        "results": lines,
        "band_index_is_faster_by": {
            line["contender"]: round(fastest / line["ticks_per_s"], 1) for line in lines if "ticks_per_s" in line
        },
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def replayed(work: Workload) -> Measured:
    """The index on the whole day in one call, without Python in between; the reference of what breaks."""
    index = BandIndex(len(work.lowers))
    index.put_many(np.arange(len(work.lowers)), work.lowers, work.uppers)
    started = time.perf_counter()
    slots, ends = index.replay(work.ticks, work.below, work.above)
    seconds = time.perf_counter() - started
    broken = _sorted(np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0)), slots)
    return Measured(_figures("band_index_replay", work, seconds, None, index.nbytes, len(broken)), broken)


def tick_by_tick(name: str, work: Workload, contender: Contender) -> Measured:
    """A contender called from Python once a tick, each call timed."""
    nanoseconds = np.empty(len(work.ticks))
    numbers: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    slots: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    gc.collect()
    gc.freeze()  # millions of tuples that stay: the collector need not walk them again and again
    clock = time.perf_counter_ns
    for number, x in enumerate(work.ticks.tolist()):
        started = clock()
        broken = contender.tick(number, x)
        nanoseconds[number] = clock() - started
        these = np.asarray(broken, np.int64)
        if len(these):
            slots.append(these)
            numbers.append(np.full(len(these), number))
    gc.unfreeze()
    what = _sorted(np.concatenate(numbers), np.concatenate(slots))
    figures = _figures(name, work, nanoseconds.sum() / 1e9, nanoseconds, contender.nbytes(), len(what))
    return Measured(figures, what)


def _figures(
    name: str, work: Workload, seconds: float, nanoseconds: NDArray[np.float64] | None, held: int, crossings: int
) -> dict[str, Any]:
    figures: dict[str, Any] = {"contender": name, "ticks_per_s": round(len(work.ticks) / seconds)}
    if nanoseconds is not None:
        p50, p99 = np.percentile(nanoseconds, [50, 99]) / 1000
        figures |= {"p50_us": round(p50, 2), "p99_us": round(p99, 1), "max_us": round(nanoseconds.max() / 1000)}
    return figures | {
        "bytes_per_watch": round(held / len(work.lowers), 1),
        "crossings": crossings,
        "crossings_per_s": round(crossings / seconds),
    }


def _sorted(numbers: NDArray[np.int64], slots: NDArray[Any]) -> NDArray[np.int64]:
    order = np.lexsort((slots, numbers))
    return np.column_stack([numbers[order], slots[order]])


def _checked(measured: Measured, reference: Measured) -> dict[str, Any]:
    if not np.array_equal(measured.broken, reference.broken):
        raise SystemExit(f"{measured.figures['contender']} does not break the same watches as the index")
    _say(measured.figures)
    return measured.figures


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
