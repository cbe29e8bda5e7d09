"""How long the serving code takes for a batch of questions, as the endpoint runs it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from model.inference import NPY, output_fn, predict_fn
from model.promotion.gate import GateName, judged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.inference import Model
    from model.promotion.gate import Gate
    from model.promotion.limits import Limits

_WARMING = 3


def measured_ms(model: Model, questions: NDArray[np.float64], rows: int, batches: int) -> NDArray[np.float64]:
    """Milliseconds of each of so many answers to batches of so many of the questions, in turn; shape (batches,).

    Some answers before them, which warm caches, are not counted.
    """
    took = np.empty(batches + _WARMING)
    for turn in range(len(took)):
        batch = np.take(questions, np.arange(turn * rows, (turn + 1) * rows), axis=0, mode="wrap")
        started = time.perf_counter()
        output_fn(predict_fn(batch, model), NPY)
        took[turn] = 1000.0 * (time.perf_counter() - started)
    return took[_WARMING:]


def quick_enough(took_ms: NDArray[np.float64], limits: Limits) -> Gate:
    """Whether the 99th percentile of these times, milliseconds, is within the limit."""
    p99 = float(np.quantile(took_ms, 0.99))
    says = (
        f"p50 {np.median(took_ms):.1f} ms and p99 {p99:.1f} ms for {limits.latency_rows:,} questions, "
        f"at most {limits.max_latency_ms:.0f} ms allowed"
    )
    return judged(GateName.TOO_SLOW, p99 <= limits.max_latency_ms, says, measured=p99, limit=limits.max_latency_ms)
