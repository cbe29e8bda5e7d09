"""How good probabilities are, beside the best constant and beside the simulator's own."""

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
"""Bins of equal size, by predicted probability, that calibration is measured in."""
_SMALLEST = 1e-12


def log_loss(p: Floats, labels: NDArray[Any]) -> float:
    """Mean of −log of the probability, shape (n, classes), that was given to what happened, shape (n,); in nats."""
    given = p[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(given, _SMALLEST)).mean())


def base_rate_log_loss(labels: NDArray[Any], classes: int) -> float:
    """Log loss of the best constant: the shares of the classes in these very rows."""
    rates = np.bincount(labels, minlength=classes) / len(labels)
    return log_loss(np.broadcast_to(rates, (len(labels), classes)), labels)


def calibration_error(p: Floats, happened: NDArray[np.bool_], bins: int = BINS) -> float:
    """Expected calibration error of one class: mean gap between what was said and what happened, in equal-mass bins.

    >>> calibration_error(np.full(4, 0.5), np.array([True, False, True, False]), bins=1)
    0.0
    """
    order = np.argsort(p, kind="stable")
    gaps = [
        len(part) * abs(float(p[part].mean()) - float(happened[part].mean()))
        for part in np.array_split(order, min(bins, len(order)))
    ]
    return float(sum(gaps) / len(p))


def pr_auc(p: Floats, happened: NDArray[np.bool_]) -> float | None:
    """Area under the precision-recall curve (average precision); None when it never happened."""
    return float(average_precision_score(happened, p)) if happened.any() else None


def evaluate(p: Floats, decisions: NDArray[np.int8], labels: NDArray[Any], oracle: ArrayLike) -> dict[str, Any]:
    """Metrics of one set of rows.

    Args:
        p: probabilities, shape (n, 3).
        decisions: class indices that the model decided on, shape (n,).
        labels: class indices that happened, shape (n,).
        oracle: the simulator's probabilities of BUY and SELL, shape (n, 2), NaN where there are none.

    Returns:
        `log_loss`, `base_rate_log_loss`, `oracle_log_loss` (None unless every row has an oracle), `ece` (the largest
        of the classes' calibration errors) and `classes`, by name, each with the same measured one against the rest,
        `pr_auc`, `oracle_pr_auc`, `base_rate` and what the decisions were worth: `precision`, `recall`, `decided`.
    """
    sides = np.asarray(oracle, dtype=np.float64)
    truth = None if np.isnan(sides).any() else np.column_stack([1.0 - sides.sum(axis=1), sides])
    per_class = {
        name: _one_class(p[:, c], decisions == c, labels == c, None if truth is None else truth[:, c])
        for c, name in enumerate(CLASSES)
    }
    return {
        "log_loss": log_loss(p, labels),
        "base_rate_log_loss": base_rate_log_loss(labels, len(CLASSES)),
        "oracle_log_loss": None if truth is None else log_loss(truth, labels),
        "ece": max(calibration_error(p[:, c], labels == c) for c in range(len(CLASSES))),
        "classes": per_class,
    }


def _one_class(
    p: Floats, decided: NDArray[np.bool_], happened: NDArray[np.bool_], truth: Floats | None
) -> dict[str, float | None]:
    label = happened.astype(np.int64)
    right = int((decided & happened).sum())
    return {
        "log_loss": log_loss(np.column_stack([1 - p, p]), label),
        "base_rate_log_loss": base_rate_log_loss(label, 2),
        "oracle_log_loss": None if truth is None else log_loss(np.column_stack([1 - truth, truth]), label),
        "pr_auc": pr_auc(p, happened),
        "oracle_pr_auc": None if truth is None else pr_auc(truth, happened),
        "base_rate": float(happened.mean()),
        "ece": calibration_error(p, happened),
        "precision": right / int(decided.sum()) if decided.any() else None,
        "recall": right / int(happened.sum()) if happened.any() else None,
        "decided": float(decided.mean()),
    }
