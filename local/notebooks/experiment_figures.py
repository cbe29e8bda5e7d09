"""Pictures of a closed-loop experiment: each policy's figures with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.ticker import PercentFormatter

from local.experiment.seed import MODEL, ORACLE
from local.notebooks.style import canvas, colours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

SHOWN: Final = {
    "conversions_per_message": ("ci95", "conversions a message"),
    "opt_outs_per_message": ("opt_outs_per_message_ci95", "opt-outs a message"),
    "gain_net_of_spread": ("gain_net_of_spread_ci95", "gain of a conversion a week later, net of spread"),
}
"""The figures that are drawn: the key of each one's interval, and what it is called."""


def policies(document: Mapping[str, Any]) -> Figure:
    """Each policy's `SHOWN` figures with 95 % intervals over populations, where there is more than one of those.

    Args:
        document: as `local.experiment.report.summary` gives it.
    """
    known, (figure, panels) = colours(), canvas(len(SHOWN), height=2.0)
    names = list(document["policies"])
    where = np.arange(len(names))[::-1]
    for axes, (key, (interval, label)) in zip(panels, SHOWN.items(), strict=True):
        for at, name in zip(where, names, strict=True):
            each = document["policies"][name]
            colour = known["way-0"] if name == MODEL else known["ink"] if name == ORACLE else known["way-1"]
            if each[interval] is not None:
                axes.hlines(at, *each[interval], color=colour, linewidth=2.0)
            axes.plot(each[key], at, "o", color=colour)
        axes.set_yticks(where, [name.replace("_", " ") for name in names])
        axes.set_xlabel(label)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
    panels[0].set_xlim(left=0)
    panels[1].set_xlim(left=0)
    return figure
