"""What a baseline is, and the rows that it is fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from model.inference import CLASSES

Features: TypeAlias = NDArray[np.float32]
Floats: TypeAlias = NDArray[np.float64]
States: TypeAlias = NDArray[np.int64]

ENOUGH_ROWS = 100_000
"""About so many rows are enough to find a few numbers."""
ONE_MORE = 1e-5
"""Share of all rows that is added to each state, so that what never happened there is not impossible."""


class Baseline(Protocol):
    """Says how likely each class is."""

    @property
    def chosen(self) -> dict[str, Any]:
        """The settings that were chosen for it, to be told."""
        return {}

    def probabilities(self, features: Features) -> Floats:
        """Of HOLD, BUY and SELL, shape (n, 3), given the matrix's features, float32, shape (n, k)."""
        ...

    def scores(self, features: Features) -> Floats:
        """By which rows are put in order, the likeliest BUY and the likeliest SELL first, shape (n, 2).

        The two probabilities, unless the baseline has few of them to say and can order rows more finely.
        """
        return self.probabilities(features)[:, 1:]


@dataclass(frozen=True)
class Rows:
    """n rows to fit on or to choose by: features, class indices, and what each row counts."""

    features: Features
    labels: NDArray[np.int8]
    weights: Floats

    def thinned(self) -> Rows:
        """About ENOUGH_ROWS of them, spread evenly."""
        every = max(1, round(len(self.labels) / ENOUGH_ROWS))
        return Rows(self.features[::every], self.labels[::every], self.weights[::every])

    def counts(self, state: States, states: int) -> Floats:
        """Weight of the rows in each of some states and each class, shape (states, 3)."""
        cells = state * len(CLASSES) + self.labels
        counted = np.bincount(cells, weights=self.weights, minlength=states * len(CLASSES))
        return counted.reshape(states, len(CLASSES)).astype(np.float64)


def rates_of(counts: Floats) -> Floats:
    """Shares of the classes in each state, shape (states, 3) as the counts, drawn a little towards those of all."""
    drawn = counts + ONE_MORE * counts.sum(axis=0)
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def loss_of(rates: Floats, counts: Floats) -> float:
    """Log loss of rates by state, on rows that were counted by state and class; both of shape (states, 3)."""
    happened = counts > 0
    return float(-(counts[happened] * np.log(rates[happened])).sum() / counts.sum())
