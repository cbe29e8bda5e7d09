"""Logged questions made anew from the files of prices and transactions, by the folds that training uses."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import Array, take, unstack
from divisa.domain.market import MarketView
from divisa.services.replay_decisions import asked_again
from model.history import read_history

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.domain.decision import DecisionRecord
    from model.history import History
    from model.market_history import MarketHistory


class Anew(NamedTuple):
    """Questions as they come out of the files.

    Attributes:
        logged, anew: float64, shape (n, len(QUESTION_NAMES)), row by row the same decision.
        missing: decisions of whose market or transactions the files have too little.
    """

    logged: NDArray[np.float64]
    anew: NDArray[np.float64]
    missing: int


def from_lines(records: Sequence[DecisionRecord]) -> Anew:
    """The questions of so many decisions, made of the summary and the market that stand in the same lines."""
    return _compared(records, records)


def from_files(records: Sequence[DecisionRecord], prices: Path, transactions: Path) -> Anew:
    """The questions of so many decisions, made of files of the contracts `prices` and `transactions`.

    The market is that of the newest quote that the decision's had; the summary that after as many transactions as the
    decision's had, so that it does not matter how late a transaction came to be known.

    Raises:
        InvalidFile: a file as a whole is not of its contract.
    """
    owners = {(record.user_id, record.quote.pair) for record in records}
    history = read_history(prices, transactions, Counter(), also=owners)
    number = {owner: index for index, owner in enumerate(history.owners)}
    logged, views, places = list["DecisionRecord"](), list[MarketView[float]](), list[tuple[int, int]]()
    for record in records:
        owner = number.get((record.user_id, record.quote.pair))
        view = None if owner is None else _view(history.markets[record.quote.pair], record.market.as_of)
        count = int(record.summary.buys + record.summary.sells)
        if owner is not None and view is not None and count <= history.ledger.counts()[owner]:
            logged.append(record)
            views.append(view)
            places.append((owner, int(history.ledger.starts[owner]) + count - 1 if count else -1))
    past = _summaries(history, places)
    made = [
        replace(record, market=view, summary=summary) for record, view, summary in zip(logged, views, past, strict=True)
    ]
    return _compared(logged, made)._replace(missing=len(records) - len(logged))


def _compared(logged: Sequence[DecisionRecord], made: Sequence[DecisionRecord]) -> Anew:
    if not logged:
        return Anew(np.empty((0, 0)), np.empty((0, 0)), 0)
    asked = np.array([record.question for record in logged], dtype=np.float64)
    return Anew(asked, asked_again(made).rows(), 0)


def _view(past: MarketHistory, as_of: float) -> MarketView[float] | None:
    """The market of the quote of a moment; None when none was believed then."""
    row = 1 + int(np.searchsorted(past.views.as_of[1:], as_of))
    if row == len(past.views.as_of) or past.views.as_of[row] != as_of:
        return None
    (view,) = unstack(MarketView[float], take(MarketView[Array], past.views, np.array([row])))
    return view


def _summaries(history: History, places: Sequence[tuple[int, int]]) -> list[BehaviourSummary[float]]:
    """Summaries of so many owners, each after a transaction of theirs, or as a newcomer's (−1)."""
    found: dict[int, BehaviourSummary[float]] = {}
    owner = np.array([each for each, _ in places], dtype=np.int64)
    after = np.array([each for _, each in places], dtype=np.int64)
    for first, last in history.ledger.blocks():
        rows = np.flatnonzero((owner >= first) & (owner < last))
        if len(rows):
            columns = history.summaries(first, last, after[rows])
            found.update(zip(rows.tolist(), unstack(BehaviourSummary[float], columns), strict=True))
    return [found[row] for row in range(len(places))]
