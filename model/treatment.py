"""What users had been told, or were kept from being told by chance, when a row's label may have come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from divisa.domain.evaluation import Decision
from model.positions import positions
from model.rows import HORIZON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from divisa.adapters.csv.suggestions import Suggestions
    from model.rows import Rows

_REACH = int(HORIZON) * 1_000_000
_FAR = np.iinfo(np.int64).max


class Treatment(NamedTuple):
    """Of each row, as `TrainingMatrix` describes them; shape (n,)."""

    suggested: NDArray[np.int8]
    told: NDArray[np.bool_]
    propensities: NDArray[np.float32]


def treatment(suggestions: Suggestions | None, owner: NDArray[np.int64], rows: Rows) -> Treatment:
    """The suggestion that each row may have been moved by.

    It is the one nearest in time to the row's moment t, among those of the row's user and pair later than t − 24 h and
    earlier than t + 24 h; of two equally near, the earlier; of several at one instant, the first of the file.

    Args:
        suggestions: None for none.
        owner: number of each suggestion's user and pair, −1 for none that has rows.
        rows: the rows.
    """
    n = len(rows.at)
    suggested, told, propensities = np.full(n, Decision.HOLD, dtype=np.int8), np.zeros(n, np.bool_), np.full(n, np.nan)
    if suggestions is not None and len(owner):
        at = suggestions.to.at
        order = np.lexsort((at, owner))
        owner, at = owner[order], at[order]
        following = positions(owner, at, rows.owner, rows.at)
        # Of several at one instant the first: the one before may lie in a run of equals.
        before = positions(owner, at, rows.owner, np.where(following > 0, at[following - 1], 0))
        gaps = []
        for index in (before, following):
            inside = np.minimum(index, len(at) - 1)
            mine = (index < len(at)) & (owner[inside] == rows.owner)
            gap = np.where(mine, np.abs(at[inside] - rows.at), _FAR)
            gaps.append(np.where(gap < _REACH, gap, _FAR))
        nearest = np.where(gaps[0] <= gaps[1], before, following)
        found = np.minimum(*gaps) < _FAR
        chosen = order[nearest[found]]
        suggested[found] = np.where(suggestions.buy[chosen], Decision.BUY, Decision.SELL)
        told[found] = suggestions.told[chosen]
        propensities[found] = suggestions.propensity[chosen]
    return Treatment(suggested, told, propensities.astype(np.float32))
