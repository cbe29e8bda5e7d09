"""Which rows teach, which calibrate, which choose thresholds, and which judge: by time and by user.

Time is cut into four stretches of trading days, one after the other. Users are cut in two: the held-out ones appear
in the last stretch only, and only they do. What is judged is therefore the future of people the model never saw.
A row's label looks 24 hours ahead; a row whose label would reach into the next stretch is in no part.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

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


def beginnings(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """The days on which CALIBRATE, VALIDATE and TEST begin, of trading days in growing order; shape (3,).

    A stretch that so few days leave empty begins with the next; at the end, on the day behind the last.

    >>> beginnings(np.arange(100, 200))
    array([160, 172, 182])
    """
    after = np.append(days, days[-1] + 1)
    return np.asarray(after[np.ceil(np.array(ENDS) * len(days)).astype(np.int64)])


def parts_of(
    at: NDArray[np.int64], horizon: int, starts: NDArray[np.int64], held_out: NDArray[np.bool_]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """The part of each row, and which rows are in none because their label reaches into the next part.

    Args:
        at: moments, shape (n,).
        horizon: how far labels look ahead, in the unit of the moments.
        starts: where CALIBRATE, VALIDATE and TEST begin, in that unit.
        held_out: whether only TEST sees each row's user, shape (n,).

    Returns:
        A `Part` or `UNUSED`, int8, shape (n,); and bool of that shape.
    """
    stretch = np.searchsorted(starts, at, side="right")
    reaches = at + horizon > np.append(starts, np.iinfo(np.int64).max)[stretch]
    proper = held_out == (stretch == Part.TEST)
    return np.where(proper & ~reaches, stretch, UNUSED).astype(np.int8), proper & reaches


def empty(parts: NDArray[np.int8], needed: Sequence[Part]) -> str | None:
    """The first of the needed parts that has no row, in words; None when all have."""
    return next((f"no rows that {part.name.lower()}" for part in needed if not (parts == part).any()), None)


def missing(parts: NDArray[np.int8], labels: NDArray[np.int8], classes: Sequence[str]) -> str | None:
    """What a training job would stumble over: a part without rows of some class, in words; None when all is there."""
    for part in Part:
        for label, name in enumerate(classes):
            if not ((parts == part) & (labels == label)).any():
                return f"no {name} among the rows that {part.name.lower()}"
    return None
