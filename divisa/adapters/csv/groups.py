"""The contract `groups: user_id,group`: who belongs to what, for comparison only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.csv.columns import read_columns
from divisa.adapters.csv.kinds import Name
from divisa.adapters.csv.table import RowReason, group_of, user_of

if TYPE_CHECKING:
    from pathlib import Path

    from divisa.adapters.csv.table import OnReject

HEADER = ("user_id", "group")


def read_groups(path: Path, *, on_reject: OnReject) -> dict[str, str]:
    """The group of each user of a file.

    Args:
        path: the file.
        on_reject: told each row that cannot be used, or names a user a second time.

    Raises:
        InvalidFile: the file as a whole is not of this contract.
    """
    users, groups = Name(user_of), Name(group_of)
    read = read_columns(path, {"user_id": users, "group": groups}, on_reject)
    found: dict[str, str] = {}
    for row, (user, group) in enumerate(zip(read["user_id"].tolist(), read["group"].tolist(), strict=True)):
        if users.values[user] in found:
            read.reject(row, RowReason.DUPLICATE, "the user has a group already")
        else:
            found[users.values[user]] = groups.values[group]
    return found
