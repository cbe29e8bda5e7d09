"""How far a figure would move with other users: the bootstrap, by user.

A user's days resemble each other, so users are drawn, with replacement, not rows. What is drawn are weights: a user who
is drawn twice counts twice. Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, percentile intervals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from model.evaluate import BINS, bins_by_weight, entropy, losses
from model.inference import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats: TypeAlias = NDArray[np.float64]

REPLICATES: Final = 200
LEVEL: Final = 0.95
"""Share of the replicates that an interval holds."""
FEWEST_USERS: Final = 10
"""With fewer there is no interval: so few do not show how users differ."""
SIDES: Final = {name: number for number, name in enumerate(CLASSES) if number}


def intervals(
    p: Floats,
    labels: NDArray[Any],
    users: NDArray[Any],
    weights: Floats,
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> dict[str, Any] | None:
    """Intervals of a model's figures on n rows.

    The calibration error of a replicate is larger than that of the rows themselves, by the noise that is drawn, so its
    interval errs towards the worse; bins stay those of the rows.

    Args:
        p: probabilities, shape (n, 3).
        labels: class indices, shape (n,).
        users: number of each row's user, shape (n,).
        weights: what each row counts, positive, shape (n,).
        seed: of the draws.
        replicates: how many draws.

    Returns:
        `[low, high]` of `log_loss`, of `below_base_rate` (the base rate's log loss less the model's), of `ece`, and of
        `pr_auc` by side (None for a side that some replicate lacks); None with fewer than FEWEST_USERS users.
    """
    _, user = np.unique(users, return_inverse=True)
    many = int(user.max()) + 1 if len(user) else 0
    if many < FEWEST_USERS:
        return None
    drawn = np.random.default_rng(seed).multinomial(many, np.full(many, 1.0 / many), size=replicates).astype(np.float64)

    def totals(values: Floats) -> Floats:
        """By replicate, the weighted sum over rows of values of shape (n,)."""
        return drawn @ np.bincount(user, weights=weights * values, minlength=many)

    mass = totals(np.ones(len(labels)))
    loss = totals(losses(p, labels)) / mass
    shares = np.column_stack([totals((labels == c).astype(np.float64)) for c in range(len(CLASSES))]) / mass[:, None]
    gaps = [_gaps(p[:, c], labels == c, user, weights, drawn) / mass for c in range(len(CLASSES))]
    return {
        "log_loss": _ends(loss),
        "below_base_rate": _ends(entropy(shares) - loss),
        "ece": _ends(np.max(gaps, axis=0)),
        "pr_auc": {
            name: _ends(np.fromiter(_average_precisions(p[:, c], labels == c, user, weights, drawn), dtype=np.float64))
            for name, c in SIDES.items()
        },
    }


def _gaps(p: Floats, happened: NDArray[np.bool_], user: NDArray[Any], weights: Floats, drawn: Floats) -> Floats:
    """By replicate, the sum over bins of what was said less what happened, weighted, without its sign."""
    cell = user * BINS + bins_by_weight(p, weights)
    by_user = np.bincount(cell, weights=weights * (p - happened), minlength=drawn.shape[1] * BINS)
    return np.asarray(np.abs(drawn @ by_user.reshape(-1, BINS)).sum(axis=1))


def _average_precisions(
    p: Floats, happened: NDArray[np.bool_], user: NDArray[Any], weights: Floats, drawn: Floats
) -> Iterator[float]:
    """The average precision in each replicate, as scikit-learn defines it; NaN where it never happened."""
    order = np.argsort(-p, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(p[order]) != 0.0, True))  # noqa: FBT003 - numpy's
    user, weights, hit = user[order], weights[order], happened[order]
    for counts in drawn:
        mass = weights * counts[user]
        said = np.cumsum(mass)[ends]
        right = np.cumsum(mass * hit)[ends]
        precision = np.divide(right, said, out=np.zeros_like(right), where=said > 0.0)
        yield float(np.diff(right, prepend=0.0) @ precision / right[-1]) if right[-1] > 0.0 else np.nan


def _ends(values: Floats) -> list[float] | None:
    if np.isnan(values).any():
        return None
    low, high = np.quantile(values, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0])
    return [float(low), float(high)]
