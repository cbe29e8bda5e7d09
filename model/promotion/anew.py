"""Logged questions made anew from the files of prices and transactions, by the folds that training uses."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from divisa.adapters.csv.prices import read_quotes
from divisa.adapters.csv.transactions import read_transactions
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary, Trades, trade_of
from divisa.domain.columns import Array, stack, take, unstack
from divisa.domain.market import MarketView
from divisa.services.replay_decisions import asked_again
from model.ledger_history import Ledger, summaries
from model.market_history import market_histories

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.domain.decision import DecisionRecord
    from divisa.domain.pair import Pair
    from divisa.domain.transaction import Transaction
    from model.market_history import MarketHistory

Owner = tuple[str, "Pair"]


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
    mine = [
        each
        for each in read_transactions(transactions, on_reject=lambda problem: None)
        if (each.user_id, each.pair) in owners
    ]
    moments = _moments(records, mine)
    quotes = read_quotes(prices, source="csv", on_reject=lambda problem: None)
    markets = market_histories(quotes, moments, Counter())
    past = _summaries(mine, markets, moments)
    logged, made = list["DecisionRecord"](), list["DecisionRecord"]()
    for record in records:
        view = _view(record.quote.pair, record.market.as_of, markets, moments)
        known = past.get((record.user_id, record.quote.pair), [NEWCOMER])
        count = int(record.summary.buys + record.summary.sells)
        if view is not None and count < len(known):
            logged.append(record)
            made.append(replace(record, market=view, summary=known[count]))
    found = _compared(logged, made)
    return found._replace(missing=len(records) - len(logged))


def _compared(logged: Sequence[DecisionRecord], made: Sequence[DecisionRecord]) -> Anew:
    if not logged:
        return Anew(np.empty((0, 0)), np.empty((0, 0)), 0)
    asked = np.array([record.question for record in logged], dtype=np.float64)
    return Anew(asked, asked_again(made).rows(), 0)


def _moments(records: Sequence[DecisionRecord], trades: Sequence[Transaction]) -> dict[Pair, Array]:
    wanted: dict[Pair, set[float]] = defaultdict(set)
    for record in records:
        wanted[record.quote.pair].add(record.market.as_of)
    for trade in trades:
        wanted[trade.pair].add(trade.event_time.timestamp())
    return {pair: np.array(sorted(moments)) for pair, moments in wanted.items()}


def _view(
    pair: Pair, at: float, markets: Mapping[Pair, MarketHistory], moments: Mapping[Pair, Array]
) -> MarketView[float] | None:
    """The market of the quote of a moment; None when there was none then."""
    if pair not in markets:
        return None
    row = np.searchsorted(moments[pair], [at])
    (view,) = unstack(MarketView[float], take(MarketView[Array], markets[pair].views, row))
    return view if view.as_of == at else None


def _summaries(
    trades: Sequence[Transaction], markets: Mapping[Pair, MarketHistory], moments: Mapping[Pair, Array]
) -> dict[Owner, list[BehaviourSummary[float]]]:
    """By user and pair, the summary before the first transaction, and after each."""
    ordered = sorted(trades, key=lambda trade: (trade.user_id, trade.pair))
    ordered = [trade for trade in ordered if trade.pair in markets]
    owners: dict[Owner, int] = {}
    numbers = [owners.setdefault((trade.user_id, trade.pair), len(owners)) for trade in ordered]
    found: dict[Owner, list[BehaviourSummary[float]]] = {owner: [NEWCOMER] for owner in owners}
    if ordered:
        views = [_as_of(trade, markets, moments) for trade in ordered]
        ledger = Ledger(np.array(numbers, dtype=np.int64), stack(Trades[Array], [trade_of(trade) for trade in ordered]))
        after = unstack(BehaviourSummary[float], summaries(ledger, stack(MarketView[Array], views)))
        for trade, summary in zip(ordered, after, strict=True):
            found[trade.user_id, trade.pair].append(summary)
    return found


def _as_of(
    trade: Transaction, markets: Mapping[Pair, MarketHistory], moments: Mapping[Pair, Array]
) -> MarketView[float]:
    row = np.searchsorted(moments[trade.pair], [trade.event_time.timestamp()])
    (view,) = unstack(MarketView[float], take(MarketView[Array], markets[trade.pair].views, row))
    return view
