"""When a row happened, and from when on one can know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from divisa.adapters.csv.columns import Columns

EVENT_TIME, ARRIVED_AT = "event_time", "arrived_at"


def known_from(read: Columns) -> NDArray[np.int64]:
    """From when on each row is known: its arrival, or its event time when it has none or an earlier one.

    Returns:
        Microseconds since 1970 UTC, int64, shape (n,).
    """
    at = read[EVENT_TIME]
    return np.maximum(at, read[ARRIVED_AT]) if ARRIVED_AT in read.values else at
