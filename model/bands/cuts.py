"""Where on the axis of log prices a feature reaches a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numba
import numpy as np

from .compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"

EPS = float(np.finfo(np.float64).eps)


@compiled(numba.f8(numba.f8, numba.f8, numba.f8))
def cut_of(slope: Any, intercept: Any, bound: Any) -> Any:
    """The smallest float64 x with slope · x + intercept >= bound, in float64 arithmetic; infinite where none is."""
    x = (bound - intercept) / slope
    if not np.isfinite(x):
        return x
    for _ in range(6):
        if slope * x + intercept >= bound:
            below = np.nextafter(x, -np.inf)
            if slope * below + intercept < bound:
                return x
            x = below
        else:
            x = np.nextafter(x, np.inf)
            if slope * x + intercept >= bound:
                return x
    # Where x is small against the terms many x share a value: halve an interval that surely holds the cut.
    reach = 1e-12 * (abs(x) + (abs(bound) + abs(intercept)) / slope) + 1e-300
    low, high = x - reach, x + reach
    while slope * low + intercept >= bound:
        low -= reach
        reach *= 2.0
    while slope * high + intercept < bound:
        high += reach
        reach *= 2.0
    while True:
        middle = low + (high - low) / 2.0
        if middle <= low or middle >= high:
            return high
        if slope * middle + intercept >= bound:
            high = middle
        else:
            low = middle


@compiled()
def exact_cut(split: Array, split_bound: Array, terms: Array, node: Any) -> Any:
    """Where a split is for a user, to the last bit; `terms` are slopes and intercepts, shape (2 or more, features)."""
    f = split[node, 1]
    return cut_of(terms[0, f], terms[1, f], split_bound[node])
