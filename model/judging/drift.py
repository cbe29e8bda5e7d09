"""How unlike rows are to those that a model learned from: the population stability index.

    PSI = Σ over bins of (now − then) · ln(now / then)

with shares of the rows in ten bins of equal weight of the rows learned from, and one bin for "not known". It is
Jeffreys' divergence; Siddiqi, "Credit Risk Scorecards", 2006, gives the customary limits: below 0.1 nothing, from 0.25
a great deal has changed. A share counts as FLOOR at least. Without any change it is about (bins − 1) · (1/n + 1/m) for
n and m independent rows (Yurdakul, "Statistical Properties of Population Stability Index", 2018): more for few rows,
and more for what all users share on a day, such as the market's trend, since then days are what counts and not rows.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from model.inference import CLASSES
from model.matrix import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from model.matrix import TrainingMatrix

    Floats = NDArray[np.float64]

BINS: Final = 10
FLOOR: Final = 1e-4
MOST_ROWS: Final = 50_000
"""Of those learned from, so many tell the shares of the bins to a hundredth of them."""
SHIFTING_FROM: Final = 0.1
DRIFTED_FROM: Final = 0.25


class Verdict(StrEnum):
    """What a PSI means."""

    STABLE = "stable"
    SHIFTING = "shifting"
    DRIFTED = "drifted"


def verdict(psi: float) -> Verdict:
    """Below SHIFTING_FROM it is stable, from DRIFTED_FROM on it has drifted."""
    if psi < SHIFTING_FROM:
        return Verdict.STABLE
    return Verdict.SHIFTING if psi < DRIFTED_FROM else Verdict.DRIFTED


def psi(then: Floats, now: Floats) -> float:
    """The index of two sets of shares of the same bins.

    >>> psi(np.array([0.5, 0.5]), np.array([0.5, 0.5]))
    0.0
    >>> round(psi(np.array([0.5, 0.5]), np.array([0.75, 0.25])), 4)  # 0.25 · ln 1.5 − 0.25 · ln 0.5
    0.2747
    """
    then, now = np.maximum(then, FLOOR), np.maximum(now, FLOOR)
    return float(((now - then) * np.log(now / then)).sum())


def reference_of(
    features: NDArray[np.float32], labels: NDArray[Any], p: Floats, weights: Floats, names: Sequence[str]
) -> dict[str, Any]:
    """What later rows are compared with, as JSON can keep it.

    Args:
        features: float32, shape (n, columns) with n > 0, NaN for "not known".
        labels: class indices, shape (n,).
        p: probabilities that the model gives, shape (n, 3).
        weights: what each row counts, shape (n,).
        names: of the columns.

    Returns:
        `features` and `scores` (by side): by name the `edges` between the bins, growing, and the `shares` of the bins,
        the last of which is "not known"; `labels`: shares of the classes.
    """
    return {
        "features": {name: _bins_of(column, weights) for name, column in zip(names, features.T, strict=True)},
        "scores": {side: _bins_of(p[:, c], weights) for c, side in enumerate(CLASSES) if c},
        "labels": _class_shares(labels, weights).tolist(),
    }


def reference_of_fit(
    matrix: TrainingMatrix, weights: Floats, probabilities: Callable[[NDArray[np.float32]], Floats]
) -> dict[str, Any]:
    """`reference_of` the rows of FIT that count, thinned evenly to about MOST_ROWS.

    Args:
        matrix: rows of all parts.
        weights: what each row counts, shape (n,).
        probabilities: what the model says of features, shape (k, 3) of shape (k, columns).
    """
    rows = np.flatnonzero(matrix.part(Part.FIT) & (weights > 0.0))
    rows = rows[:: max(1, len(rows) // MOST_ROWS)]
    features = matrix.features[rows]
    return reference_of(features, matrix.labels[rows], probabilities(features), weights[rows], matrix.feature_names)


def drift(
    reference: Mapping[str, Any],
    features: NDArray[np.float32],
    labels: NDArray[Any] | None,
    p: Floats,
    weights: Floats,
    names: Sequence[str],
) -> dict[str, Any]:
    """The index of each feature, score and of the labels, between a reference and n > 0 rows; shapes as there.

    Returns:
        `features` (the greatest first) and `scores` by name, `labels` (None when labels are not known yet), the
        `verdict` on each of the three by its worst, and `blocks`: whether scores or labels have drifted. Features alone
        block nothing: users grow older and markets move, and a model that is any good allows for both.

    Raises:
        KeyError: the reference lacks a feature.
    """
    columns = {
        name: psi(*_then_and_now(reference["features"][name], column, weights))
        for name, column in zip(names, features.T, strict=True)
    }
    scores = {
        side: psi(*_then_and_now(reference["scores"][side], p[:, c], weights)) for c, side in enumerate(CLASSES) if c
    }
    outcome = None if labels is None else psi(np.array(reference["labels"]), _class_shares(labels, weights))
    verdicts = {
        "features": verdict(max(columns.values())),
        "scores": verdict(max(scores.values())),
        "labels": None if outcome is None else verdict(outcome),
    }
    return {
        "features": dict(sorted(columns.items(), key=lambda item: -item[1])),
        "scores": scores,
        "labels": outcome,
        "verdict": verdicts,
        "blocks": Verdict.DRIFTED in (verdicts["scores"], verdicts["labels"]),
    }


def _bins_of(values: NDArray[Any], weights: Floats) -> dict[str, list[float]]:
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    ordered, mass = values[known][order].astype(np.float64), np.cumsum(weights[known][order])
    cuts = np.searchsorted(mass, mass[-1] * np.arange(1, BINS) / BINS) if len(mass) else np.array([], dtype=np.int64)
    edges = np.unique(ordered[cuts])
    if len(edges) and edges[0] == ordered[0]:  # What lies below the least is told from it.
        edges = np.insert(edges, 0, np.nextafter(edges[0], -np.inf))
    return {"edges": edges.tolist(), "shares": _shares(values, weights, edges).tolist()}


def _then_and_now(then: Mapping[str, Any], values: NDArray[Any], weights: Floats) -> tuple[Floats, Floats]:
    return np.array(then["shares"]), _shares(values, weights, np.array(then["edges"]))


def _shares(values: NDArray[Any], weights: Floats, edges: Floats) -> Floats:
    """Shares of the bins up to and with each edge, of that beyond the last, and of what is not known."""
    bins = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="left"))
    return np.asarray(np.bincount(bins, weights=weights, minlength=len(edges) + 2) / weights.sum())


def _class_shares(labels: NDArray[Any], weights: Floats) -> Floats:
    return np.asarray(np.bincount(labels, weights=weights, minlength=len(CLASSES)) / weights.sum())
