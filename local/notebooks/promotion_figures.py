"""A picture of what two models say of the same users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib.ticker import PercentFormatter

from divisa.domain.evaluation import Decision
from local.notebooks.style import canvas, colours

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from divisa.ports import Scores

_SIDES: Final = {Decision.BUY: "buy", Decision.SELL: "sell"}


def two_opinions(before: Scores, after: Scores) -> Figure:
    """Each user's probability of either side by one model against the same by another; on the line they agree."""
    known, (figure, (axes,)) = colours(), canvas(width=5.0, height=4.5)
    most = 0.0
    for side, colour in _SIDES.items():
        x, y = before.probabilities[:, side], after.probabilities[:, side]
        axes.plot(x, y, "o", markersize=3, alpha=0.5, color=known[colour], label=side.name)
        most = max(most, float(x.max()), float(y.max()))
    axes.plot([0.0, most], [0.0, most], color=known["ink"], linewidth=0.8, linestyle="--")
    axes.set_xlabel(before.model_version)
    axes.set_ylabel(after.model_version)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(frameon=False)
    return figure
