"""The simulator's own probabilities, for comparison: the contract `oracle: user_id,pair,event_time,p_buy,p_sell`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.csv.table import RowReason, Table, Unusable, moment_of
from divisa.domain.market import DAY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.domain.errors import InvalidRow

HEADER = ("user_id", "pair", "event_time", "p_buy", "p_sell")


def read_oracle(path: Path, wanted: Mapping[tuple[str, str, int], int], dropped: dict[str, int]) -> NDArray[np.float64]:
    """Probabilities of BUY and SELL of the wanted user-days.

    Args:
        path: the file; there is one look a user and UTC day in it.
        wanted: by user, pair and day since 1970, the index of the row.
        dropped: counts, by reason, what could not be used; added to.

    Returns:
        float64, shape (len(wanted), 2); NaN for a user-day that is not in the file.

    Raises:
        InvalidFile: the file as a whole is not of this contract.
    """
    found = np.full((len(wanted), 2), np.nan)
    day_of: dict[str, int] = {}

    def reject(problem: InvalidRow) -> None:
        dropped[f"oracle_{problem.reason}"] = dropped.get(f"oracle_{problem.reason}", 0) + 1

    table = Table(path, HEADER, reject)
    for user_id, pair, time_text, buy, sell in table:
        try:
            date = time_text[:10]
            if date not in day_of:
                day_of[date] = int(moment_of("event_time", time_text).timestamp() // DAY)
            index = wanted.get((user_id, pair, day_of[date]))
            if index is not None:
                found[index] = _probability(buy), _probability(sell)
        except Unusable as problem:
            table.reject(problem)
    return found


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise Unusable(RowReason.BAD_NUMBER, "a probability is not a number") from error
    if not 0.0 <= value <= 1.0:
        raise Unusable(RowReason.NOT_A_NUMBER, "a probability is not between 0 and 1")
    return value
