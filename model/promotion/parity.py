"""Logged questions beside those made anew from the ledger and the prices, to the last bit: is training's past ours?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.features import QUESTION_NAMES
from model.promotion.gate import GateName, judged, not_asked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.promotion.gate import Gate
    from model.promotion.limits import Limits


def equal_features(
    logged: NDArray[np.float64], anew: NDArray[np.float64], missing: int, limits: Limits, *, how: str
) -> Gate:
    """Whether the questions that were asked come out the same.

    Args:
        logged: as they were asked, float64, shape (n, len(QUESTION_NAMES)).
        anew: as they come out now, of the same shape.
        missing: decisions that could not be made anew, since the files lack what they were made of.
        limits: where the gate closes.
        how: what they were made of now, in words.
    """
    if not len(logged):
        return not_asked(GateName.OTHER_FEATURES, f"no logged decision could be made anew from {how}")
    same = np.equal(logged, anew) | (np.isnan(logged) & np.isnan(anew))
    differing = int((~np.all(same, axis=1)).sum())
    says = f"{differing:,} of {len(logged):,} logged questions come out otherwise from {how}"
    if differing:
        columns = [
            name for name, is_same in zip(QUESTION_NAMES, np.all(same, axis=0).tolist(), strict=True) if not is_same
        ]
        says += f", in {', '.join(columns)}"
    if missing:
        says += f"; {missing:,} more could not be made anew"
    passed = differing <= limits.max_feature_mismatches
    return judged(GateName.OTHER_FEATURES, passed, says, measured=differing, limit=limits.max_feature_mismatches)
