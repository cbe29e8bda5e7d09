"""The contract `decisions: user_id,pair,event_time`: when the model was asked about somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.csv.arrival import EVENT_TIME
from divisa.adapters.csv.columns import read_columns
from divisa.adapters.csv.kinds import Moment, Name
from divisa.adapters.csv.owned import Owned
from divisa.adapters.csv.table import pair_of, user_of

if TYPE_CHECKING:
    from pathlib import Path

    from divisa.adapters.csv.table import OnReject

HEADER = ("user_id", "pair", EVENT_TIME)


def read_decisions(path: Path, *, on_reject: OnReject) -> Owned:
    """The moments of a file, in its order.

    Args:
        path: the file.
        on_reject: told each row that cannot be used.

    Raises:
        InvalidFile: the file as a whole is not of this contract.
    """
    users, pairs = Name(user_of), Name(pair_of)
    read = read_columns(path, {"user_id": users, "pair": pairs, EVENT_TIME: Moment(EVENT_TIME)}, on_reject)
    return Owned(users.values, pairs.values, read["user_id"], read["pair"], read[EVENT_TIME])
