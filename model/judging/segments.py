"""Whom the rows are about: segments that a model is judged by beside the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.matrix import TrainingMatrix

NEW_UNTIL: Final = 5
"""A user with at most so many transactions in the pair is new; one without any is a newcomer too."""
FREQUENT_FROM: Final = 3.0
"""Of the feature `activity` (transactions, each halved for every 30 days since): one a fortnight, kept up."""
PAIR, GROUP = "pair ", "group "
"""How the names of such segments begin."""


def segments(matrix: TrainingMatrix) -> dict[str, NDArray[np.bool_]]:
    """Masks of the matrix's rows by name, those without a row left out.

    `newcomer` (no transaction), `new` (at most NEW_UNTIL, newcomers among them), `rare` and `frequent` (all others,
    parted by FREQUENT_FROM), each pair and each group that users were said to belong to.
    """
    activity = matrix.features[:, matrix.feature_names.index("activity")]
    new = matrix.trades <= NEW_UNTIL
    found = {
        "newcomer": matrix.trades == 0,
        "new": new,
        "rare": ~new & ~(activity >= FREQUENT_FROM),
        "frequent": ~new & (activity >= FREQUENT_FROM),
        **{f"{PAIR}{name}": matrix.pairs == number for number, name in enumerate(matrix.pair_names)},
        **{f"{GROUP}{name}": matrix.groups == number for number, name in enumerate(matrix.group_names)},
    }
    return {name: mask for name, mask in found.items() if mask.any()}
