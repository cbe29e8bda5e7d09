"""A user's band the plain way: the decision in every piece of the whole line. Slow, and right where others are unsure.

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


def band_on_line(
    ensemble: Ensemble, temperature: float, thresholds: tuple[float, float], users: Users, row: int
) -> tuple[float, float]:
    """Lower and upper edge of a user's band around its x."""
    cuts = cuts_of(ensemble, users, row)
    before = np.searchsorted(cuts, users.x[row], side="right")
    # A piece is asked at its left end; the one that goes on to −inf just below the first cut.
    starts = np.concatenate([np.nextafter(cuts[:1], -np.inf), cuts]) if len(cuts) else users.x[row : row + 1]
    raw, outcome = np.zeros((len(starts), 3)), np.empty(len(starts), dtype=np.int8)
    kernel.scores(tuple(ensemble), *users.at(row, starts), raw, outcome)
    said = decide(probabilities(raw, temperature), thresholds)
    others = np.flatnonzero((said != said[before]) & (outcome == kernel.FOUND))
    below, above = others[others < before], others[others > before]
    return (
        float(cuts[below[-1]]) if len(below) else -np.inf,
        float(cuts[above[0] - 1]) if len(above) else np.inf,
    )
