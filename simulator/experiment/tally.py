"""What messages came to, and what that says over several seeds."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over an adviser's years.

    Attributes:
        messages: sent.
        conversions: messages whose user did what they said on the same day.
        added: conversions that there were because of the messages, in expectation: what each added to the probability.
        opt_outs: times that somebody took back consent to a channel.
        left: users who took back the last.
        gain: sum over conversions of the log return after both spreads, a week later.
    """

    messages: int = 0
    conversions: int = 0
    added: float = 0.0
    opt_outs: int = 0
    left: int = 0
    gain: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Tally)))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over seeds with its 95 % interval."""

    mean: float
    low: float
    high: float


def estimate(values: Sequence[float]) -> Estimate:
    """Mean over seeds and its interval by Student's t; of one seed the interval is not known (NaN).

    >>> estimate([1.0, 2.0, 3.0]).mean
    2.0
    """
    sample = np.asarray(values, dtype=np.float64)
    mean = float(sample.mean())
    if len(sample) < 2:
        return Estimate(mean, float("nan"), float("nan"))
    error = float(sample.std(ddof=1)) / len(sample) ** 0.5
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(sample) - 1)) * error
    return Estimate(mean, mean - reach, mean + reach)
