"""The contract `transactions: user_id,event_time,pair,side,quantity,price[,arrived_at]`; in any order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.adapters.csv.arrival import ARRIVED_AT, EVENT_TIME, known_from
from divisa.adapters.csv.columns import read_columns
from divisa.adapters.csv.kinds import Moment, Name, Number, floats
from divisa.adapters.csv.table import RowReason, pair_of, positive, side_of, user_of
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.adapters.csv.kinds import Kind
    from divisa.adapters.csv.table import OnReject
    from divisa.domain.pair import Pair

HEADER = ("user_id", EVENT_TIME, "pair", "side", "quantity", "price")


@dataclass(frozen=True, slots=True)
class Transactions:
    """The transactions of a file, by user, pair, and arrival; arrays of shape (n,).

    Attributes:
        users: the users by number, in order of their names.
        pairs: the pairs by number, in order.
        user, pair: numbers of each transaction's user and pair, int32.
        at: event times, microseconds since 1970 UTC, int64.
        known: from when on each is known: its arrival, or its event time when it has none or an earlier one.
        buy: whether base currency was bought.
        quantity, price: float64.
    """

    users: tuple[str, ...]
    pairs: tuple[Pair, ...]
    user: NDArray[np.int32]
    pair: NDArray[np.int32]
    at: NDArray[np.int64]
    known: NDArray[np.int64]
    buy: NDArray[np.bool_]
    quantity: NDArray[np.float64]
    price: NDArray[np.float64]


def read_transactions(path: Path, *, on_reject: OnReject) -> Transactions:
    """The transactions of a file.

    A transaction arrives at `arrived_at`, without that column at its event time, whatever the order of the file;
    those of a user and pair that arrive at once stay in the order of the file.

    Args:
        path: the file.
        on_reject: told each row that is no transaction, or repeats one in every field but its arrival.

    Raises:
        InvalidFile: the file as a whole is not of this contract.
    """
    users, pairs, sides = Name(user_of), Name(pair_of), Name(side_of)
    contract: dict[str, Kind] = {
        "user_id": users,
        EVENT_TIME: Moment(EVENT_TIME),
        "pair": pairs,
        "side": sides,
        "quantity": Number(partial(positive, "quantity")),
        "price": Number(partial(positive, "price")),
    }
    read = read_columns(path, contract, on_reject, optional={ARRIVED_AT: Moment(ARRIVED_AT)})
    user_names, user = _ranked(users.values, read["user_id"])
    pair_names, pair = _ranked(pairs.values, read["pair"])
    at, known = read[EVENT_TIME], known_from(read)
    buy = np.array([side is Side.BUY for side in sides.values], dtype=np.bool_)[read["side"]]
    quantity, price = floats(read["quantity"]), floats(read["price"])

    order = _order(user.astype(np.int64) * max(len(pair_names), 1) + pair, known)
    repeated = _repeats(order, (user, pair, at), (buy, quantity, price))
    for row in order[repeated].tolist():
        read.reject(row, RowReason.DUPLICATE, "the same transaction stands in the file already")
    order = order[~repeated]
    event = at[order]
    return Transactions(
        users=user_names,
        pairs=pair_names,
        user=user[order],
        pair=pair[order],
        at=event,
        known=event if known is at else known[order],
        buy=buy[order],
        quantity=quantity[order],
        price=price[order],
    )


def _ranked(values: list[Any], numbers: NDArray[np.int32]) -> tuple[tuple[Any, ...], NDArray[np.int32]]:
    """The values in order, and the numbers that stand for them then."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = np.empty(len(values), dtype=np.int32)
    ranks[order] = np.arange(len(values))
    return tuple(values[number] for number in order), ranks[numbers]


def _order(owner: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows by owner, then by arrival, then as they lie."""
    if (known[1:] >= known[:-1]).all():
        return np.argsort(owner, kind="stable")
    return np.lexsort((known, owner))


def _repeats(
    order: NDArray[np.int64], moment: tuple[NDArray[Any], ...], rest: tuple[NDArray[Any], ...]
) -> NDArray[np.bool_]:
    """Which of the ordered rows repeat one before them in all columns; shape of `order`.

    Args:
        order: rows.
        moment: user, pair and event time; few rows share all three.
        rest: the other columns.
    """
    by_moment = order if _grows(moment, order) else order[np.lexsort([column[order] for column in reversed(moment)])]
    same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
    for column in reversed(moment):
        same &= column[by_moment[1:]] == column[by_moment[:-1]]
    shared = np.zeros(len(order), dtype=np.bool_)
    shared[1:] |= same
    shared[:-1] |= same
    out = np.zeros(len(order), dtype=np.bool_)
    if not shared.any():
        return out
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    rows = np.sort(place[by_moment[shared]])
    columns = [column[order[rows]] for column in (*moment, *rest)]
    together = np.lexsort(columns)
    equal = np.ones(len(rows) - 1, dtype=np.bool_)
    for column in columns:
        equal &= column[together[1:]] == column[together[:-1]]
    out[rows[together[1:][equal]]] = True
    return out


def _grows(moment: tuple[NDArray[Any], ...], order: NDArray[np.int64]) -> bool:
    """Whether rows that are ordered by user and pair are ordered by event time as well."""
    user, pair, at = (column[order] for column in moment)
    return bool(((at[1:] >= at[:-1]) | (user[1:] != user[:-1]) | (pair[1:] != pair[:-1])).all())
