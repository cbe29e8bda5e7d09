"""How good probabilities are, beside the best constant and beside the simulator's own.

Every measure weighs rows; without weights each row counts as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from model.inference import CLASSES

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Floats: TypeAlias = NDArray[np.float64]

BINS = 15
"""Bins of equal weight, by predicted probability, that calibration is measured in."""
SMALLEST = 1e-12
"""What a probability counts as at least, so that a surprise costs a finite loss."""


def losses(p: Floats, labels: NDArray[Any]) -> Floats:
    """−log of the probability, shape (n, classes), that was given to what happened, shape (n,); nats, shape (n,)."""
    return np.asarray(-np.log(np.maximum(p[np.arange(len(labels)), labels], SMALLEST)))


def log_loss(p: Floats, labels: NDArray[Any], weights: NDArray[Any] | None = None) -> float:
    """Weighted mean of the rows' `losses`."""
    return float(np.average(losses(p, labels), weights=weights))


def base_rate_log_loss(labels: NDArray[Any], classes: int, weights: NDArray[Any] | None = None) -> float:
    """Log loss of the best constant: the shares of the classes in these very rows."""
    shares = np.bincount(labels, weights=weights, minlength=classes)
    return float(entropy(shares / shares.sum()))


def entropy(shares: Floats) -> Floats:
    """Log loss of whoever always says these shares of the classes, where they hold; over the last axis, in nats.

    >>> round(float(entropy(np.array([0.5, 0.5, 0.0]))), 4)
    0.6931
    """
    return np.asarray(-np.sum(shares * np.log(np.maximum(shares, SMALLEST)), axis=-1))


def bins_by_weight(p: Floats, weights: NDArray[Any] | None = None, bins: int = BINS) -> NDArray[np.int64]:
    """The bin, 0 to bins − 1, of each row when rows are put in order of p and cut into bins of equal weight.

    Rows of equal p share a bin, so that the order of the rows says nothing; a bin may stay empty.

    >>> bins_by_weight(np.array([0.1, 0.9, 0.1, 0.8]), bins=2).tolist()
    [0, 1, 0, 1]
    """
    _, value, counts = np.unique(p, return_inverse=True, return_counts=True)
    mass = counts if weights is None else np.bincount(value, weights=weights)
    middle = (np.cumsum(mass) - mass / 2.0) / mass.sum()
    return np.asarray(np.minimum((middle * bins).astype(np.int64), bins - 1)[value])


def calibration_error(
    p: Floats, happened: NDArray[np.bool_], weights: NDArray[Any] | None = None, bins: int = BINS
) -> float:
    """Expected calibration error of one class: mean gap between what was said and what happened, in equal-mass bins.

    After Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI 2015.

    >>> calibration_error(np.full(4, 0.5), np.array([True, False, True, False]))
    0.0
    """
    weights = np.ones(len(p)) if weights is None else weights
    gaps = np.bincount(bins_by_weight(p, weights, bins), weights=weights * (p - happened))
    return float(np.abs(gaps).sum() / weights.sum())


def pr_auc(p: Floats, happened: NDArray[np.bool_], weights: NDArray[Any] | None = None) -> float | None:
    """Area under the precision-recall curve (average precision); None when it never happened."""
    return float(average_precision_score(happened, p, sample_weight=weights)) if happened.any() else None


def evaluate(
    p: Floats,
    decisions: NDArray[np.int8],
    labels: NDArray[Any],
    oracle: ArrayLike,
    weights: NDArray[Any] | None = None,
) -> dict[str, Any]:
    """Metrics of one set of rows.

    Args:
        p: probabilities, shape (n, 3), n > 0.
        decisions: class indices that the model decided on, shape (n,).
        labels: class indices that happened, shape (n,).
        oracle: the simulator's probabilities of BUY and SELL, shape (n, 2), NaN where there are none.
        weights: what each row counts, positive, shape (n,); all the same without.

    Returns:
        `log_loss`, `base_rate_log_loss`, `oracle_log_loss` (None unless every row has an oracle), `ece` (the largest
        of the classes' calibration errors) and `classes`, by name, each with the same measured one against the rest,
        `pr_auc`, `oracle_pr_auc`, `base_rate` and what the decisions were worth: `precision`, `recall`, `decided`.
    """
    weights = np.ones(len(labels)) if weights is None else np.asarray(weights, dtype=np.float64)
    sides = np.asarray(oracle, dtype=np.float64)
    truth = None if np.isnan(sides).any() else np.column_stack([1.0 - sides.sum(axis=1), sides])
    per_class = {
        name: _one_class(p[:, c], decisions == c, labels == c, None if truth is None else truth[:, c], weights)
        for c, name in enumerate(CLASSES)
    }
    return {
        "log_loss": log_loss(p, labels, weights),
        "base_rate_log_loss": base_rate_log_loss(labels, len(CLASSES), weights),
        "oracle_log_loss": None if truth is None else log_loss(truth, labels, weights),
        "ece": max(one["ece"] for one in per_class.values()),
        "classes": per_class,
    }


def _one_class(
    p: Floats, decided: NDArray[np.bool_], happened: NDArray[np.bool_], truth: Floats | None, weights: Floats
) -> dict[str, Any]:
    label = happened.astype(np.int64)
    right = float(weights[decided & happened].sum())
    return {
        "log_loss": log_loss(np.column_stack([1 - p, p]), label, weights),
        "base_rate_log_loss": base_rate_log_loss(label, 2, weights),
        "oracle_log_loss": None if truth is None else log_loss(np.column_stack([1 - truth, truth]), label, weights),
        "pr_auc": pr_auc(p, happened, weights),
        "oracle_pr_auc": None if truth is None else pr_auc(truth, happened, weights),
        "base_rate": float(np.average(happened, weights=weights)),
        "ece": calibration_error(p, happened, weights),
        "precision": right / float(weights[decided].sum()) if decided.any() else None,
        "recall": right / float(weights[happened].sum()) if happened.any() else None,
        "decided": float(np.average(decided, weights=weights)),
    }
