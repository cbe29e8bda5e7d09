"""Which rows teach, which calibrate, which choose thresholds, and which judge: by time and by user.

Time is cut into four stretches of trading days, one after the other. Users are cut in two: the held-out ones appear
in the last stretch only, and only they do. What is judged is therefore the future of people the model never saw.
A row's label looks 24 hours ahead and rows lie at midnight, so no label reaches into the next stretch.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from model.matrix import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ENDS = (0.60, 0.72, 0.82)
"""Where FIT, CALIBRATE and VALIDATE end, as shares of the trading days; TEST is the rest."""
HELD_OUT = 0.30
"""Share of users whom only TEST sees."""
UNUSED = -1
"""The part of rows that are in none: held-out users early, the others late."""


def is_held_out(user_id: str) -> bool:
    """Whether only TEST sees this user; a property of the name, so that every run holds out the same users."""
    digest = hashlib.sha256(user_id.encode()).digest()
    return int.from_bytes(digest[:8], "big") < HELD_OUT * 2**64


def stretch_of(days: NDArray[Any]) -> NDArray[np.int8]:
    """The stretch, as a `Part`, of each of n days in growing order."""
    share = np.arange(len(days)) / max(len(days), 1)
    return np.searchsorted(ENDS, share, side="right").astype(np.int8)


def parts_of(stretch: NDArray[np.int8], held_out: NDArray[np.bool_]) -> NDArray[np.int8]:
    """The part of each row, from its day's stretch and whether its user is held out; `UNUSED` where there is none."""
    return np.where(held_out == (stretch == Part.TEST), stretch, UNUSED).astype(np.int8)


def missing(parts: NDArray[np.int8], labels: NDArray[np.int8], classes: Sequence[str]) -> str | None:
    """What a training job would stumble over: a part without rows of some class, in words; None when all is there."""
    for part in Part:
        for label, name in enumerate(classes):
            if not ((parts == part) & (labels == label)).any():
                return f"no {name} among the rows that {part.name.lower()}"
    return None
