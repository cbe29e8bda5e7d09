"""One day of ticks and a million bands around its first price: the same for every contender."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from divisa.adapters.csv.prices import read_quotes
from divisa.adapters.memory.band_index.edges import drawn
from divisa.domain.errors import InvalidFile

if TYPE_CHECKING:
    from pathlib import Path

Floats = NDArray[np.float64]
DAY = 86_400
DAILY_VOLATILITY = 0.007
"""Standard deviation of a day's log return; the peso's, in an ordinary year."""
MEAN_DISTANCE = 0.02
"""Of an edge from the price that its band was found at, log price; exponential: wherever the price goes, the next step
is as likely to meet an edge. The made day breaks bands 43 times for 100 watches, five a tick, most at new extremes.
"""
OPEN_ENDS = 0.2
"""Share of edges that are infinite: no price on that side changes the decision."""
PREPARED = 1 << 16
"""Pairs of distances that new bands are drawn from; a power of two."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What every contender is given.

    Attributes:
        ticks: log prices, one a second.
        lowers, uppers: the first bands, by slot.
        below, above: distances of the edges of new bands.
    """

    ticks: Floats
    lowers: Floats
    uppers: Floats
    below: Floats
    above: Floats

    def renewed(self, slot: int, number: int, x: float) -> tuple[float, float]:
        """The band that a watch gets when tick `number` at x breaks it."""
        k = drawn(slot, number, PREPARED)
        return x - float(self.below[k]), x + float(self.above[k])

    def all_renewed(self, slots: NDArray[np.int64], number: int, x: float) -> tuple[Floats, Floats]:
        """As `renewed`, for many slots."""
        k = (slots * 7919 + number * 104729) & (PREPARED - 1)
        return x - self.below[k], x + self.above[k]


def brownian(count: int) -> Floats:
    """A seeded Brownian path in log price from 17.00, a tick a second."""
    steps = np.random.default_rng(7).normal(0.0, DAILY_VOLATILITY / math.sqrt(DAY), count)
    return math.log(17.0) + np.cumsum(steps)


def quoted(path: Path) -> Floats:
    """Log mids of the first pair in a file of the `prices` contract, in order; rows that are no quotes are left out.

    Raises:
        InvalidFile: the file is not of this contract, or has no usable row.
    """
    quotes = list(read_quotes(path, source="bench", on_reject=lambda _: None))
    if not quotes:
        raise InvalidFile(f"{path.name} has no usable row")
    return np.array([quote.log_mid for quote in quotes if quote.pair == quotes[0].pair])


def workload(ticks: Floats, users: int, mean_distance: float = MEAN_DISTANCE) -> Workload:
    """Bands of `users` around the first tick."""
    rng = np.random.default_rng(8)
    below, above = rng.exponential(mean_distance, (2, PREPARED))
    below[rng.random(PREPARED) < OPEN_ENDS] = math.inf
    above[rng.random(PREPARED) < OPEN_ENDS] = math.inf
    first = rng.exponential(mean_distance, (2, users))
    first[rng.random((2, users)) < OPEN_ENDS] = math.inf
    return Workload(ticks, ticks[0] - first[0], ticks[0] + first[1], below, above)
