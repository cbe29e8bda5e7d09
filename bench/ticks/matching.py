"""The index alone on the day's ticks, and beside it the other ways to find what a tick breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.matching import redis_sets
from bench.matching.__main__ import tick_by_tick
from bench.matching.contenders import Heaps, Index, Scan
from bench.matching.workload import workload

if TYPE_CHECKING:
    from bench.matching.__main__ import Measured
    from bench.ticks.day import Floats

WARM_UP = 2_000


def index_alone(ticks: Floats, users: int) -> Measured:
    """`BandIndex` on made bands of so many users, called from Python tick by tick."""
    warm = workload(ticks[:WARM_UP], 20_000)
    tick_by_tick("warm-up", warm, Index(warm))
    work = workload(ticks, users)
    return tick_by_tick("band_index", work, Index(work))


def contenders(ticks: Floats, users: int, index: Measured) -> list[dict[str, Any]]:
    """Figures of the others on the same ticks and bands; `index` is what the index said.

    Ends the command when one of them breaks other watches.
    """
    work = workload(ticks, users)
    lines = [index.figures]
    lines += [_same(tick_by_tick(name, work, way(work)), index) for name, way in (("scan", Scan), ("heaps", Heaps))]
    if not redis_sets.is_there():
        return [*lines, {"contender": "redis", "absent": "this machine has no redis-server"}]
    with redis_sets.server() as redis:
        return [*lines, _same(tick_by_tick("redis", work, redis_sets.RedisSets(work, redis)), index)]


def _same(measured: Measured, index: Measured) -> dict[str, Any]:
    if not np.array_equal(measured.broken, index.broken):
        raise SystemExit(f"{measured.figures['contender']} does not break the same watches as the index")
    return measured.figures
