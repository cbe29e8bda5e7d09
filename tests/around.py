"""Reach and quiet the plain way: a model that tells bands alone is asked again beyond each edge of a side."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from divisa.domain.evaluation import Decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from divisa.domain.features import Question

    Floats = NDArray[np.float64]


class Told(Protocol):
    """Probabilities, decisions and bands."""

    @property
    def probabilities(self) -> Floats: ...
    @property
    def decision(self) -> NDArray[np.int8]: ...
    @property
    def lower(self) -> Floats: ...
    @property
    def upper(self) -> Floats: ...


class Band(NamedTuple):
    """What a model says that knows nothing of margins."""

    probabilities: Floats
    decision: NDArray[np.int8]
    lower: Floats
    upper: Floats


class Answer(NamedTuple):
    """What a scorer is to answer."""

    probabilities: Floats
    decision: NDArray[np.int8]
    lower: Floats
    upper: Floats
    reach_lower: Floats
    reach_upper: Floats
    quiet_lower: Floats
    quiet_upper: Floats


def around(ask: Callable[[Question], Told], asked: Question) -> Answer:
    """The whole answer of a model: the definition of reach and quiet.

    A side reaches on behind HOLD that is narrower than the margin, as long as the same side comes again there. It is
    quiet there, and in the HOLD beside it, no farther than the margin.
    """
    told, n = ask(asked), len(asked.x)

    def beyond(rays: NDArray[np.int64], edges: Floats) -> tuple[NDArray[np.int8], Floats]:
        """What is decided beyond edges, and where that ends; the first n rays go down, the others up."""
        if not len(rays):
            return np.empty(0, np.int8), np.empty(0)
        outside = np.where(rays < n, np.nextafter(edges, -np.inf), edges)
        there = ask(asked.part(rays % n).at(outside))
        return there.decision, np.where(rays < n, there.lower, there.upper)

    decided, margin = np.tile(told.decision, 2), np.tile(asked.margin, 2)
    reach = np.concatenate([told.lower, told.upper])
    quiet = reach.copy()
    going = np.flatnonzero((decided != Decision.HOLD) & np.isfinite(reach) & (margin > 0.0))
    while len(going):
        said, far = beyond(going, reach[going])
        going, far = going[said == Decision.HOLD], far[said == Decision.HOLD]
        low, high = reach[going] - margin[going], reach[going] + margin[going]
        quiet[going] = np.where(going < n, np.maximum(far, low), np.minimum(far, high))
        narrow = np.abs(far - reach[going]) < margin[going]
        going, far = going[narrow], far[narrow]
        said, far = beyond(going, far)
        again = said == decided[going]
        going, far = going[again], far[again]
        reach[going] = quiet[going] = far
        going = going[np.isfinite(far)]
    edges = told.lower, told.upper, *reach.reshape(2, -1), *quiet.reshape(2, -1)
    return Answer(told.probabilities, told.decision, *edges)
