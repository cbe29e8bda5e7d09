"""Users' behaviour summaries after each of their transactions, folded for all users side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain import behaviour
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary, Trades
from divisa.domain.columns import Array, field_names, stack, take
from divisa.domain.market import MarketView

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Ledger:
    """Transactions as columns, each user's and pair's together and in order; arrays of shape (n,).

    Attributes:
        owner: number of the user and pair, 0, 1, 2 … along the array, int64.
        trades: what the fold reads.
    """

    owner: NDArray[np.int64]
    trades: Trades[Array]

    def starts(self) -> NDArray[np.int64]:
        """Where each owner's transactions begin, and at the end how many there are."""
        return np.searchsorted(self.owner, np.arange(int(self.owner[-1]) + 2 if len(self.owner) else 1))


def summaries(ledger: Ledger, markets: MarketView[Array]) -> BehaviourSummary[Array]:
    """The summary after each transaction, columns of shape (n,): row i is its owner's after transaction i.

    Args:
        ledger: the transactions.
        markets: the market at each transaction, columns of shape (n,).
    """
    starts = ledger.starts()
    counts = np.diff(starts)
    state = stack(BehaviourSummary[Array], [NEWCOMER] * len(counts))
    names = field_names(BehaviourSummary)
    after = BehaviourSummary(**{name: np.empty(len(ledger.owner)) for name in names})
    for turn in range(int(counts.max(initial=0))):
        owners = np.flatnonzero(counts > turn)
        rows = starts[owners] + turn
        folded = behaviour.fold(
            take(BehaviourSummary[Array], state, owners),
            take(Trades[Array], ledger.trades, rows),
            take(MarketView[Array], markets, rows),
        )
        for name in names:
            getattr(state, name)[owners] = getattr(folded, name)
            getattr(after, name)[rows] = getattr(folded, name)
    return after
