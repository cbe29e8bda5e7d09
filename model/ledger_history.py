"""Users' behaviour summaries after each of their transactions, folded for all users side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.domain import behaviour
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary, Trades
from divisa.domain.columns import Array, field_names, stack, take
from divisa.domain.market import MarketView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BLOCK_TRANSACTIONS = 1_000_000
BLOCK_OWNERS = 8_192
_SECOND = 1e6


@dataclass(frozen=True, slots=True)
class Ledger:
    """Transactions as columns, each owner's (user's and pair's) together and in order of arrival; shape (n,).

    Attributes:
        starts: where each owner's transactions begin, and at the end how many there are, int64, shape (owners + 1,).
        at: event times, microseconds since 1970 UTC, int64.
        known: from when on each is known, the same.
        buy: whether base currency was bought.
        quantity, price: float64.
    """

    starts: NDArray[np.int64]
    at: NDArray[np.int64]
    known: NDArray[np.int64]
    buy: NDArray[np.bool_]
    quantity: Array
    price: Array

    def counts(self) -> NDArray[np.int64]:
        """Transactions of each owner."""
        return np.diff(self.starts)

    def trades(self, rows: slice) -> Trades[Array]:
        """What the fold reads of some transactions."""
        return Trades(self.at[rows] / _SECOND, self.buy[rows].astype(np.float64), self.quantity[rows], self.price[rows])

    def blocks(self, transactions: int = BLOCK_TRANSACTIONS, owners: int = BLOCK_OWNERS) -> Iterator[tuple[int, int]]:
        """Ranges of owners, first and behind the last, with at most so many transactions (or one owner) and owners."""
        first, count = 0, len(self.starts) - 1
        while first < count:
            fits = int(np.searchsorted(self.starts, self.starts[first] + transactions, side="right")) - 1
            last = min(max(fits, first + 1), first + owners, count)
            yield first, last
            first = last


def summaries(
    counts: NDArray[np.int64], trades: Trades[Array], markets: MarketView[Array], wanted: NDArray[np.int64]
) -> BehaviourSummary[Array]:
    """Owners' summaries after chosen transactions, columns of the shape of `wanted`.

    The k-th transactions of all owners are folded at once, owners with most transactions first, so that in memory the
    owners of a turn are the first of the turn before: nothing is looked up or copied between turns.

    Args:
        counts: transactions of each owner, shape (owners,).
        trades: all their transactions, owner by owner, each in order, columns of shape (n,).
        markets: the market at each transaction, columns of shape (n,).
        wanted: indices of transactions, −1 for a newcomer.
    """
    names, total = field_names(BehaviourSummary), int(counts.sum())
    by_length = np.argsort(-counts, kind="stable")
    turns = int(counts.max(initial=0))
    # How many owners have a k-th transaction, and where those lie.
    widths = np.searchsorted(-counts[by_length], -np.arange(turns), side="left")
    begins = np.concatenate([[0], np.cumsum(widths)])
    rank = np.empty(len(counts), dtype=np.int64)
    rank[by_length] = np.arange(len(counts))
    turn = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    place = begins[turn] + np.repeat(rank, counts)
    source = np.empty(total, dtype=np.int64)
    source[place] = np.arange(total)
    trades, markets = take(Trades[Array], trades, source), take(MarketView[Array], markets, source)

    after = np.empty((len(names), total + 1))  # the last is the newcomer
    after[:, total] = [getattr(NEWCOMER, name) for name in names]
    state = stack(BehaviourSummary[Array], [NEWCOMER] * (int(widths[0]) if turns else 0))
    for number in range(turns):
        here = slice(int(begins[number]), int(begins[number + 1]))
        folded = behaviour.fold(
            state if number == 0 else _part(after, int(begins[number - 1]), int(widths[number])),
            take(Trades[Array], trades, here),
            take(MarketView[Array], markets, here),
        )
        for row, name in zip(after, names, strict=True):
            row[here] = getattr(folded, name)
    rows = np.full(len(wanted), total, dtype=np.int64)
    rows[wanted >= 0] = place[wanted[wanted >= 0]]
    return BehaviourSummary(*(column[rows] for column in after))


def _part(columns: NDArray[Any], first: int, count: int) -> BehaviourSummary[Array]:
    return BehaviourSummary(*columns[:, first : first + count])
