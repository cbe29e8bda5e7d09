"""The contract `accounts: user_id,pair,opened_at`: from when on somebody is there who may not have traded yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.csv.columns import read_columns
from divisa.adapters.csv.kinds import Moment, Name
from divisa.adapters.csv.owned import Owned
from divisa.adapters.csv.table import RowReason, pair_of, user_of

if TYPE_CHECKING:
    from pathlib import Path

    from divisa.adapters.csv.table import OnReject

HEADER = ("user_id", "pair", "opened_at")


def read_accounts(path: Path, *, on_reject: OnReject) -> Owned:
    """The accounts of a file; the moment of each is that of its opening.

    Args:
        path: the file.
        on_reject: told each row that is no account, or a second one of a user and pair.

    Raises:
        InvalidFile: the file as a whole is not of this contract.
    """
    users, pairs = Name(user_of), Name(pair_of)
    read = read_columns(path, {"user_id": users, "pair": pairs, "opened_at": Moment("opened_at")}, on_reject)
    owner = read["user_id"].astype(np.int64) * max(len(pairs.values), 1) + read["pair"]
    keep = np.zeros(len(read), dtype=np.bool_)
    keep[np.unique(owner, return_index=True)[1]] = True
    for row in np.flatnonzero(~keep).tolist():
        read.reject(row, RowReason.DUPLICATE, "the user has an account in this pair already")
    return Owned(users.values, pairs.values, read["user_id"], read["pair"], read["opened_at"]).where(keep)
