"""Pictures of a training set: which rows there are, and how a feature differs between those who acted and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import PercentFormatter

from divisa.domain.evaluation import Decision
from local.notebooks.style import canvas, colours
from model.matrix import Part
from model.weights import unprompted_weights

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from model.matrix import TrainingMatrix

_DECISIONS: Final = {Decision.HOLD: "way-1", Decision.BUY: "buy", Decision.SELL: "sell"}
_PARTS: Final = ("way-0", "way-2", "way-3", "way-4")


def parts_in_time(matrix: TrainingMatrix) -> Figure:
    """How many rows each month has of each part."""
    known, (figure, (axes,)) = colours(), canvas()
    months = matrix.at.astype("datetime64[s]").astype("datetime64[M]")
    order = np.unique(months)
    days = order.astype("datetime64[D]")
    below = np.zeros(len(order))
    for part, colour in zip(Part, _PARTS, strict=True):
        mine = months[matrix.part(part)]
        counts = np.array([np.count_nonzero(mine == month) for month in order], dtype=np.float64)
        axes.bar(days, counts, np.timedelta64(25, "D"), below, color=known[colour], label=part.name.lower())
        below += counts
    axes.set_ylabel("rows a month")
    axes.legend(frameon=False, ncols=len(_PARTS))
    return figure


def acts_in_time(matrix: TrainingMatrix) -> Figure:
    """The weighted share of days on which people bought and sold untold, by month."""
    known, (figure, (axes,)) = colours(), canvas()
    months = matrix.at.astype("datetime64[s]").astype("datetime64[M]")
    order, number = np.unique(months, return_inverse=True)
    weights = unprompted_weights(matrix)
    total = np.maximum(np.bincount(number, weights, len(order)), np.finfo(np.float64).tiny)
    for decision in (Decision.BUY, Decision.SELL):
        acts = np.bincount(number, weights * (matrix.labels == decision), len(order))
        axes.plot(order, acts / total, color=known[_DECISIONS[decision]], marker="o", label=decision.name)
    axes.set_ylabel("share of the days")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return figure


def feature(matrix: TrainingMatrix, name: str) -> Figure:
    """The distribution of a feature among rows of each label, each adding up to one; what is not known is left out.

    Raises:
        ValueError: there is no such feature.
    """
    known, (figure, (axes,)) = colours(), canvas()
    values = matrix.features[:, matrix.feature_names.index(name)]
    there = np.isfinite(values)
    low, high = np.quantile(values[there], [0.005, 0.995]) if there.any() else (0.0, 1.0)
    edges = np.linspace(low, max(high, low + 1e-6), 41)
    for decision, colour in _DECISIONS.items():
        mine = values[there & (matrix.labels == decision)]
        if len(mine):
            counts, _ = np.histogram(mine, edges)
            axes.stairs(counts / len(mine), edges, linewidth=1.6, color=known[colour], label=decision.name)
    axes.set_xlabel(name)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(frameon=False)
    return figure
