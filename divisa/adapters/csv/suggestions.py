"""The contract `suggestions: user_id,pair,event_time,side,told,propensity`: what was said, or kept back by chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.csv.arrival import EVENT_TIME
from divisa.adapters.csv.columns import read_columns
from divisa.adapters.csv.kinds import Moment, Name, Probability
from divisa.adapters.csv.owned import Owned
from divisa.adapters.csv.table import flag_of, pair_of, side_of, user_of
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.adapters.csv.kinds import Kind
    from divisa.adapters.csv.table import OnReject

HEADER = ("user_id", "pair", EVENT_TIME, "side", "told", "propensity")


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Suggestions in the order of a file, arrays of shape (n,).

    Attributes:
        to: to whom and when.
        buy: whether to buy; else to sell.
        told: whether it was sent; not in the control group.
        propensity: with which probability it was to be sent, float64.
    """

    to: Owned
    buy: NDArray[np.bool_]
    told: NDArray[np.bool_]
    propensity: NDArray[np.float64]


def read_suggestions(path: Path, *, on_reject: OnReject) -> Suggestions:
    """The suggestions of a file.

    Args:
        path: the file.
        on_reject: told each row that cannot be used.

    Raises:
        InvalidFile: the file as a whole is not of this contract.
    """
    users, pairs, sides, flags = Name(user_of), Name(pair_of), Name(side_of), Name(partial(flag_of, "told"))
    contract: dict[str, Kind] = {
        "user_id": users,
        "pair": pairs,
        EVENT_TIME: Moment(EVENT_TIME),
        "side": sides,
        "told": flags,
        "propensity": Probability(),
    }
    read = read_columns(path, contract, on_reject)
    return Suggestions(
        Owned(users.values, pairs.values, read["user_id"], read["pair"], read[EVENT_TIME]),
        np.array([side is Side.BUY for side in sides.values], dtype=np.bool_)[read["side"]],
        np.array(flags.values, dtype=np.bool_)[read["told"]],
        read["propensity"],
    )
