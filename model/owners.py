"""Numbers for owners: a user and a pair, as the ledger numbers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from divisa.adapters.csv.owned import Owned
    from divisa.domain.pair import Pair


def owners_of(rows: Owned) -> set[tuple[str, Pair]]:
    """The users and pairs of rows."""
    keys = np.unique(rows.user.astype(np.int64) * max(len(rows.pairs), 1) + rows.pair)
    return {(rows.users[key // len(rows.pairs)], rows.pairs[key % len(rows.pairs)]) for key in keys.tolist()}


def numbers_of(rows: Owned, owners: Mapping[tuple[str, Pair], int]) -> NDArray[np.int64]:
    """The number of each row's owner, −1 where they are none; shape (n,)."""
    width = max(len(rows.pairs), 1)
    keys, which = np.unique(rows.user.astype(np.int64) * width + rows.pair, return_inverse=True)
    found = [owners.get((rows.users[key // width], rows.pairs[key % width]), -1) for key in keys.tolist()]
    return np.asarray(np.array(found, dtype=np.int64)[which.reshape(-1)])
