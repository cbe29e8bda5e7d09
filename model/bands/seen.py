"""What the trees have seen: by feature, the range of the rows that a model learned from.

Beyond the last of their cuts trees go on saying what they said there, however far off a question is. So the artefact
carries the ranges, and the answer tells whether a question lies inside of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

WIDENED_BY = 0.25
"""Share of its width by which a range is wider than what was seen, at either end.

What counts transactions or days goes on growing after training, and a calm market grows calmer. Of the rows that
judge a model, 15.5 % lie outside of the bare ranges, 3.8 % with 0.05, 0.2 % with 0.10, 0.1 % with 0.25. When trees are
14 months old, 0.10 keeps back 3.3 % of the sides that are decided, and 0.25 none (`python -m bench.training_range`).
"""


class Seen(NamedTuple):
    """The ranges of k features, widened.

    Attributes:
        low, high: the ends, both inside, float32, shape (k,); inf and −inf where no value was ever known.
        missing: whether the feature was ever missing, shape (k,).
    """

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    missing: NDArray[np.bool_]

    def inside(self, features: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether all features of a row were like this, shape (n,), of features as `outside` takes them."""
        return np.asarray(~self.outside(features).any(axis=1))

    def outside(self, features: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which features were never like this, shape (n, k): beyond the range, or NaN where it never was.

        Args:
            features: float32, shape (n, k), NaN for missing.
        """
        is_within = (self.low <= features) & (features <= self.high)  # False for NaN
        return ~(is_within | (np.isnan(features) & self.missing))


def ranges_of(features: NDArray[np.float32], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the artefact carries: by feature its least and greatest value, and whether it was ever missing.

    Args:
        features: of the rows that the model learns from, float32, shape (n, k) with n > 0, NaN for missing.
        names: of the k features.

    >>> ranges_of(np.array([[1.0, np.nan], [3.0, np.nan]], dtype=np.float32), ["gain", "age"])["gain"]
    {'low': 1.0, 'high': 3.0, 'missing': False}
    """
    low, high = np.fmin.reduce(features).tolist(), np.fmax.reduce(features).tolist()  # NaN for NaN alone
    missing = np.asarray(np.isnan(features).any(axis=0)).tolist()
    return {
        name: {"low": _known(least), "high": _known(greatest), "missing": ever}
        for name, least, greatest, ever in zip(names, low, high, missing, strict=True)
    }


def seen_of(ranges: object, names: Sequence[str], *, widened_by: float = WIDENED_BY) -> Seen:
    """The ranges that `ranges_of` told, as read from the artefact, widened at either end by a share of their width.

    Raises:
        ValueError: they are none, are not of these features, or one is broken; says which.
    """
    if not isinstance(ranges, dict):
        raise ValueError("the model has no feature ranges")
    if set(ranges) != set(names):
        raise ValueError(f"the model's feature ranges are not its features': {sorted(set(ranges) ^ set(names))}")
    low, high = np.array([_ends(name, ranges[name]) for name in names], dtype=np.float64).T
    room = np.where(low <= high, widened_by * (high - low), 0.0)
    with np.errstate(over="ignore"):  # An end beyond float32 is infinite then, and leaves nothing out.
        ends = (low - room).astype(np.float32), (high + room).astype(np.float32)
    return Seen(*ends, np.array([ranges[name]["missing"] for name in names]))


def _ends(name: str, given: Mapping[str, Any]) -> tuple[float, float]:
    """The ends of one range."""
    match given:
        case {"low": None, "high": None, "missing": True, **others} if not others:
            return math.inf, -math.inf
        case {"low": float(low), "high": float(high), "missing": bool(), **others} if not others:
            if -math.inf < low <= high < math.inf:
                return low, high
    raise ValueError(f"the model's range of the feature {name} is broken: {given}")


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
