"""A user's edges the plain way: the decision in every piece of the whole line. Slow, and right where others are unsure.

The search compares logarithms of probabilities, good to some 1e-11; thresholds that were taken from the model's own
probabilities can be met to the last bit. For such users this module asks `rule` itself, at every cut there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import kernel
from .cuts import cut_of
from .rule import decide, probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .ensemble import Ensemble
    from .users import Users


def cuts_of(ensemble: Ensemble, users: Users, row: int) -> NDArray[np.float64]:
    """Every finite x at which a price feature of a user reaches another bin, sorted."""
    cuts = [
        cut_of(a, b, bound)
        for f, (a, b) in enumerate(zip(users.slope[row].tolist(), users.intercept[row].tolist(), strict=True))
        if not np.isnan(a + b)
        for bound in ensemble.bounds[ensemble.first[f] : ensemble.first[f + 1]].tolist()
    ]
    found = np.unique(np.array(cuts, dtype=np.float64))
    return found[np.isfinite(found)]


def edges_on_line(
    ensemble: Ensemble,
    temperature: float,
    thresholds: tuple[float, float],
    users: Users,
    margins: NDArray[np.float64],
    row: int,
) -> tuple[float, float, float, float, float, float]:
    """A user's edges around its x, in the order of the kernel's columns."""
    cuts = cuts_of(ensemble, users, row)
    before = np.searchsorted(cuts, users.x[row], side="right")
    # A piece is asked at its left end; the one that goes on to −inf just below the first cut.
    starts = np.concatenate([np.nextafter(cuts[:1], -np.inf), cuts]) if len(cuts) else users.x[row : row + 1]
    raw, outcome = np.zeros((len(starts), 3)), np.empty(len(starts), dtype=np.int8)
    kernel.scores(tuple(ensemble), *users.at(row, starts), raw, outcome)
    known = outcome == kernel.FOUND
    said = decide(probabilities(raw, temperature), thresholds)
    above, below = known.copy(), known.copy()
    above[: before + 1] = below[before:] = False
    decision, margin = int(said[before]), float(margins[row])
    upper = _along(decision, said[above], cuts[above[1:]], np.inf, margin)
    lower = _along(decision, said[below][::-1], cuts[below[:-1]][::-1], -np.inf, margin)
    return lower[0], upper[0], lower[1], upper[1], lower[2], upper[2]


def _along(
    decision: int, said: NDArray[np.int8], edges: NDArray[np.float64], end: float, margin: float
) -> tuple[float, float, float]:
    """Edge, reach and quiet of a decision on a ray on which `said` is decided from `edges` on, nearest first."""
    flips = np.flatnonzero(np.diff(said, prepend=decision))
    ends, then = [*edges[flips].tolist(), end], said[flips].tolist()
    edge = reach = quiet = ends[0]
    if decision == 0 or not margin > 0.0:
        return edge, reach, quiet
    for gap in range(0, len(then), 2):
        if then[gap] != 0:
            break
        farthest = reach + np.copysign(margin, end)
        quiet = min(ends[gap + 1], farthest) if end > 0.0 else max(ends[gap + 1], farthest)
        if not abs(ends[gap + 1] - reach) < margin or then[gap + 1 : gap + 2] != [decision]:
            break
        reach = quiet = ends[gap + 2]
    return edge, reach, quiet
