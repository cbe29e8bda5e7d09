"""The simulator's own probabilities, for comparison: the contract `oracle: user_id,pair,event_time,p_buy,p_sell`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.csv.arrival import EVENT_TIME
from divisa.adapters.csv.columns import read_columns
from divisa.adapters.csv.kinds import Moment, Name, Probability
from divisa.adapters.csv.owned import Owned
from divisa.adapters.csv.table import pair_of, user_of
from divisa.domain.market import DAY
from model.owners import numbers_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.adapters.csv.table import OnReject
    from divisa.domain.pair import Pair

HEADER = ("user_id", "pair", EVENT_TIME, "p_buy", "p_sell")
_DAY = int(DAY) * 1_000_000


def read_oracle(
    path: Path,
    owners: Mapping[tuple[str, Pair], int],
    owner: NDArray[np.int64],
    at: NDArray[np.int64],
    *,
    on_reject: OnReject,
) -> NDArray[np.float64]:
    """Probabilities of BUY and SELL on the UTC days of owners' moments.

    Args:
        path: the file; there is one look an owner and UTC day in it, or the last one counts.
        owners: numbers by user and pair.
        owner: number of each row's user and pair, shape (n,).
        at: moment of each row, microseconds since 1970 UTC, shape (n,).
        on_reject: told each row that cannot be used.

    Returns:
        float64, shape (n, 2); NaN for a day of an owner that is not in the file.

    Raises:
        InvalidFile: the file as a whole is not of this contract.
    """
    users, pairs = Name(user_of), Name(pair_of)
    read = read_columns(
        path,
        {
            "user_id": users,
            "pair": pairs,
            EVENT_TIME: Moment(EVENT_TIME),
            "p_buy": Probability(),
            "p_sell": Probability(),
        },
        on_reject,
    )
    looks = Owned(users.values, pairs.values, read["user_id"], read["pair"], read[EVENT_TIME])
    keys = numbers_of(looks, owners) * _DAY + looks.at // _DAY  # a day's number is far below a day's microseconds
    order = np.argsort(keys, kind="stable")
    wanted = owner * _DAY + at // _DAY
    place = np.searchsorted(keys[order], wanted, side="right") - 1
    found = (place >= 0) & (keys[order][place] == wanted)
    out = np.full((len(owner), 2), np.nan)
    rows = order[place[found]]
    out[found] = np.stack([read["p_buy"][rows], read["p_sell"][rows]], axis=1)
    return out
