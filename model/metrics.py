"""The figures of a training job: the model on the rows that judge it, beside what it has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from model.bands import ranges_of, seen_of
from model.bands.rule import decide
from model.baselines import fit_baselines
from model.boosting import counted
from model.evaluate import evaluate, log_loss, pr_auc
from model.inference import CLASSES
from model.matrix import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from model.baselines import Baseline
    from model.matrix import TrainingMatrix

MANY_TRADES = "more"
"""Of KNOWN_TRADES, those for whom it is no cold start."""
KNOWN_TRADES = {"0": (0, 0), "1": (1, 1), "2-5": (2, 5), MANY_TRADES: (6, None)}
"""How many transactions of a user may be known, least and most, for the figures of a cold start."""


def metrics_of(
    matrix: TrainingMatrix, weights: NDArray[np.float64], p: NDArray[np.float64], thresholds: tuple[float, float]
) -> dict[str, Any]:
    """What `metrics.json` holds.

    Args:
        matrix: rows of all parts.
        weights: what each row counts, shape (n,).
        p: the model's probabilities of the rows of TEST that count, shape (m, 3).
        thresholds: of BUY and SELL.

    Returns:
        What `evaluate` tells of those rows, and

        - `baselines`: by name `log_loss`, `classes` with `log_loss` and `pr_auc` of BUY and SELL, and `chosen`, its
          settings; `beats_base_rate` whether the model's log loss is below that of FIT's shares;
        - `cold_start`: by number of known transactions `rows`, and log losses: of the model (`log_loss`), of FIT's
          shares (`base_rate_log_loss`) and of the shares among FIT's rows of as many transactions
          (`own_base_rate_log_loss`); None where there are no rows;
        - `outside`: share of rows that are unlike all that was learned from;
        - `test_rows`, `test_users`, `rows`, `users` and `dropped`; `told_rows`, those left out of everything since
          their users were told something.
    """
    rows = counted(matrix, weights, Part.TEST)
    features, labels, counts = matrix.features[rows], matrix.labels[rows], weights[rows]
    baselines = {
        name: {**_side_by_side(baseline, features, labels, counts), "chosen": baseline.chosen}
        for name, baseline in fit_baselines(matrix, weights).items()
    }
    judged = evaluate(p, decide(p, thresholds), labels, matrix.oracle[rows], counts)
    seen = seen_of(ranges_learned(matrix, weights), matrix.feature_names)
    return {
        **judged,
        "beats_base_rate": judged["log_loss"] < baselines["base_rate"]["log_loss"],
        "baselines": baselines,
        "cold_start": cold_start(matrix, weights, p),
        "outside": float((~seen.inside(features)).mean()),
        "test_rows": int(rows.sum()),
        "test_users": len(np.unique(matrix.users[rows])),
        "rows": len(matrix.labels),
        "users": len(np.unique(matrix.users)),
        "told_rows": int(matrix.told.sum()),
        "dropped": matrix.dropped,
    }


def ranges_learned(matrix: TrainingMatrix, weights: NDArray[np.float64]) -> dict[str, dict[str, Any]]:
    """The ranges of what the model learned from: trees, temperature and thresholds."""
    return ranges_of(matrix.features[~matrix.part(Part.TEST) & (weights > 0)], matrix.feature_names)


def cold_start(
    matrix: TrainingMatrix, weights: NDArray[np.float64], p: NDArray[np.float64]
) -> dict[str, dict[str, float | None]]:
    """Log losses by number of known transactions, see `metrics_of`; `p` of the rows of TEST that count."""
    learned, judged = (counted(matrix, weights, part) for part in (Part.FIT, Part.TEST))
    everybody = _shares(matrix, weights, learned)
    found: dict[str, dict[str, float | None]] = {}
    for name, (least, most) in KNOWN_TRADES.items():
        alike = (matrix.trades >= least) & (matrix.trades <= (np.inf if most is None else most))
        rows, mine = judged & alike, alike[judged]
        labels, counts = matrix.labels[rows], weights[rows]
        said = {"log_loss": p[mine]}
        for base, shares in (
            ("base_rate_log_loss", everybody),
            ("own_base_rate_log_loss", _shares(matrix, weights, learned & alike)),
        ):
            said[base] = np.broadcast_to(shares, (len(labels), len(CLASSES)))
        losses = {key: log_loss(q, labels, counts) if len(labels) else None for key, q in said.items()}
        found[name] = {"rows": len(labels), **losses}
    return found


def _shares(matrix: TrainingMatrix, weights: NDArray[np.float64], rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Shares of the classes in these rows, each class with one row's weight more, shape (3,)."""
    counts = np.bincount(matrix.labels[rows], weights=weights[rows], minlength=len(CLASSES))
    drawn = counts + (weights[rows].mean() if rows.any() else 1.0)
    return np.asarray(drawn / drawn.sum())


def _side_by_side(
    baseline: Baseline, features: NDArray[np.float32], labels: NDArray[np.int8], weights: NDArray[np.float64]
) -> Mapping[str, Any]:
    p, scores = baseline.probabilities(features), baseline.scores(features)
    sides = {}
    for side, name in enumerate(CLASSES[1:]):
        happened, said = labels == side + 1, p[:, side + 1]
        sides[name] = {
            "log_loss": log_loss(np.column_stack([1 - said, said]), happened.astype(np.int64), weights),
            "pr_auc": pr_auc(scores[:, side], happened, weights),
        }
    return {"log_loss": log_loss(p, labels, weights), "classes": sides}
