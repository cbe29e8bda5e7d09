"""Which user-days become rows of the training matrix, and what the user did on each: the label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from divisa.domain.evaluation import Decision
from divisa.domain.market import DAY
from model.split import UNUSED, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from model.ledger_history import Ledger

HORIZON = DAY
"""Seconds after a row's moment in which the user's first transaction is its label."""

_Columns: TypeAlias = tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of user × trading day at 00:00 UTC, arrays of shape (n,).

    Attributes:
        owner: number of the user and pair.
        day: days since 1970 UTC.
        newest: index in the ledger of the owner's newest transaction before the row's moment.
        label: a `Decision`: side of the owner's first transaction within the horizon, HOLD without one.
        part: a `Part`.
        share: of the days that could have been rows, those that are.
    """

    owner: NDArray[np.int64]
    day: NDArray[np.int64]
    newest: NDArray[np.int64]
    label: NDArray[np.int8]
    part: NDArray[np.int8]
    share: float


def sample_rows(
    ledger: Ledger,
    trading_days: Sequence[NDArray[np.int64]],
    held_out: NDArray[np.bool_],
    calendar: NDArray[np.int64],
    stretch: NDArray[np.int8],
    *,
    max_rows: int,
    seed: int,
) -> Rows:
    """Rows of every owner's trading days after their first transaction, thinned evenly to about `max_rows`.

    Args:
        ledger: the transactions.
        trading_days: by owner, the days on which their pair trades, growing.
        held_out: by owner, whether only TEST sees them.
        calendar: all days that may have rows, growing; the ledger covers the horizon of each.
        stretch: of each day of the calendar, a `Part`.
        max_rows: about how many rows to keep.
        seed: of the thinning.
    """
    chances = np.random.default_rng(seed)
    usable = sum(
        int((parts != UNUSED).sum()) for _, _, parts in _candidates(ledger, trading_days, held_out, calendar, stretch)
    )
    share = min(1.0, max_rows / max(usable, 1))
    kept: list[_Columns] = []
    for owner, days, parts in _candidates(ledger, trading_days, held_out, calendar, stretch):
        keep = (parts != UNUSED) & (chances.random(len(days)) < share)
        kept.append(_rows_of(ledger, owner, days[keep], parts[keep]))
    if not kept:
        kept.append(_rows_of(ledger, 0, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int8)))
    of_whom, days, newest, label, part = (np.concatenate(column) for column in zip(*kept, strict=True))
    return Rows(of_whom, days, newest, label, part, share)


def _candidates(
    ledger: Ledger,
    trading_days: Sequence[NDArray[np.int64]],
    held_out: NDArray[np.bool_],
    calendar: NDArray[np.int64],
    stretch: NDArray[np.int8],
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int8]]]:
    """Each owner's days with a transaction before them, and the parts that they fall into."""
    for owner, first in enumerate(ledger.trades.at[ledger.starts()[:-1]].tolist()):
        days = trading_days[owner]
        days = days[(days * DAY > first) & (days >= calendar[0]) & (days <= calendar[-1])]
        where = np.searchsorted(calendar, days)
        yield owner, days, parts_of(stretch[where], np.broadcast_to(held_out[owner], days.shape))


def _rows_of(ledger: Ledger, owner: int, days: NDArray[np.int64], parts: NDArray[np.int8]) -> _Columns:
    start, end = np.searchsorted(ledger.owner, [owner, owner + 1])
    at = ledger.trades.at[start:end]
    following = np.searchsorted(at, days * DAY, side="left")
    comes = following < len(at)
    upcoming = start + np.where(comes, following, 0)
    within = comes & (ledger.trades.at[upcoming] < days * DAY + HORIZON) if len(at) else comes
    side = np.where(ledger.trades.buy[upcoming] > 0, Decision.BUY, Decision.SELL) if len(at) else np.zeros(len(days))
    label = np.where(within, side, Decision.HOLD).astype(np.int8)
    return np.full(len(days), owner, dtype=np.int64), days, start + following - 1, label, parts
