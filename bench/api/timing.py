"""How long calls take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


def timed(
    route: str,
    call: Callable[[Any], object],
    *,
    times: int,
    warm_up: int,
    prepare: Callable[[], Any] = lambda: None,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Any]:
    """Milliseconds of a call, one after the other: median and 99th percentile.

    Args:
        route: what is called, for the report.
        call: raises where it does not succeed; gets what was prepared.
        times: calls that count.
        warm_up: calls before them that do not.
        prepare: comes before each call, and its time does not count.
        clock: tells seconds; the processor's, where others' work must not count.
    """
    for _ in range(warm_up):
        call(prepare())
    seconds = np.empty(times)
    for index in range(times):
        prepared = prepare()
        started = clock()
        call(prepared)
        seconds[index] = clock() - started
    p50, p99 = np.percentile(1000.0 * seconds, [50, 99])
    return {"route": route, "p50_ms": round(float(p50), 2), "p99_ms": round(float(p99), 2), "requests": times}
