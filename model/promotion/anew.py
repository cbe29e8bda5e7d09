"""Logged questions made anew from the files of prices and transactions, by the folds that training uses."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, take, unstack
from divisa.domain.market import MarketView
from divisa.services.replay_decisions import asked_again
from model.history import read_history

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.domain.decision import DecisionRecord
    from divisa.domain.pair import Pair
    from model.history import History


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
        InvalidFile: a file as a whole is not of its contract, or no transaction of it has a price.
    """
    history = read_history(prices, transactions, Counter())
    views = [_view(history, record.quote.pair, record.market.as_of) for record in records]
    past = _summaries(history, records)
    logged, made = list["DecisionRecord"](), list["DecisionRecord"]()
    for record, view, summary in zip(records, views, past, strict=True):
        if view is not None and summary is not None:
            logged.append(record)
            made.append(replace(record, market=view, summary=summary))
    found = _compared(logged, made)
    return found._replace(missing=len(records) - len(logged))


def _compared(logged: Sequence[DecisionRecord], made: Sequence[DecisionRecord]) -> Anew:
    if not logged:
        return Anew(np.empty((0, 0)), np.empty((0, 0)), 0)
    asked = np.array([record.question for record in logged], dtype=np.float64)
    return Anew(asked, asked_again(made).rows(), 0)


def _view(history: History, pair: Pair, as_of: float) -> MarketView[float] | None:
    """The market of the quote of a moment; None when there was none then."""
    if pair not in history.markets:
        return None
    past = history.markets[pair]
    (view,) = unstack(MarketView[float], take(MarketView[Array], past.views, past.at(np.array([as_of]))))
    return view if view.as_of == as_of else None


def _summaries(history: History, records: Sequence[DecisionRecord]) -> list[BehaviourSummary[float] | None]:
    """Each record's summary after as many transactions as it says; None where the files have fewer."""
    numbers = {owner: number for number, owner in enumerate(history.owners)}
    counts, starts = history.ledger.counts(), history.ledger.starts
    found: list[BehaviourSummary[float] | None] = [None] * len(records)
    wanted: dict[int, tuple[int, int]] = {}
    for index, record in enumerate(records):
        owner = numbers.get((record.user_id, record.quote.pair))
        trades = int(record.summary.buys + record.summary.sells)
        if trades == 0:
            found[index] = NEWCOMER
        elif owner is not None and trades <= counts[owner]:
            wanted[index] = owner, int(starts[owner]) + trades - 1
    for first, last in history.ledger.blocks():
        here = [index for index, (owner, _) in wanted.items() if first <= owner < last]
        if here:
            rows = np.array([wanted[index][1] for index in here], dtype=np.int64)
            made = unstack(BehaviourSummary[float], history.summaries(first, last, rows))
            for index, summary in zip(here, made, strict=True):
                found[index] = summary
    return found
