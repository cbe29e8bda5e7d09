"""Users' pasts, read from the CSV contracts and replayed: every transaction with the market that it was made at.

Training makes rows from it, seeding takes its end. Quotes pass the gate and both folds here as they do online.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.csv.prices import read_quotes
from divisa.adapters.csv.transactions import read_transactions
from divisa.domain.behaviour import BehaviourSummary, Trades, trade_of
from divisa.domain.columns import Array, field_names, stack
from divisa.domain.errors import InvalidFile
from divisa.domain.market import DAY, MarketView
from model.ledger_history import Ledger, summaries
from model.market_history import MarketHistory, market_histories

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.domain.errors import InvalidRow
    from divisa.domain.pair import Pair
    from divisa.domain.transaction import Transaction

UNKNOWN_PAIR, BEFORE_FIRST_PRICE = "unknown_pair", "before_first_price"


@dataclass(frozen=True, slots=True)
class History:
    """What happened, up to a moment.

    Attributes:
        owners: user and pair by number.
        ledger: their transactions.
        days: days since 1970 from the first transaction to the last, growing; the market is known at their midnights.
        markets: each pair's market at the moments that were asked for, and at the end.
        moments: by pair, those moments, seconds since 1970 UTC, growing.
    """

    owners: Sequence[tuple[str, Pair]]
    ledger: Ledger
    days: NDArray[np.int64]
    markets: Mapping[Pair, MarketHistory]
    moments: Mapping[Pair, Array]

    def summaries(self) -> BehaviourSummary[Array]:
        """The summary after each transaction, columns as long as the ledger."""
        pairs = [self.owners[owner][1] for owner in self.ledger.owner]
        return summaries(self.ledger, self.views(pairs, self.ledger.trades.at))

    def views(self, pairs: Sequence[Pair], at: Array) -> MarketView[Array]:
        """The market of each row's pair at each row's moment, columns of shape (n,).

        Args:
            pairs: of each row.
            at: a transaction's time or a midnight of `days`, of each row, seconds since 1970 UTC.
        """
        order = sorted(set(pairs))
        number = {pair: index for index, pair in enumerate(order)}
        which = np.array([number[pair] for pair in pairs], dtype=np.int64)
        out = {name: np.empty(len(at)) for name in field_names(MarketView)}
        for pair in order:
            mine = which == number[pair]
            index = np.searchsorted(self.moments[pair], at[mine])
            for name, column in out.items():
                column[mine] = getattr(self.markets[pair].views, name)[index]
        return MarketView(**out)


def read_history(
    prices: Path,
    transactions: Path,
    dropped: Counter[str],
    *,
    until: datetime | None = None,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> History:
    """Read both files and replay them.

    Args:
        prices: file of the contract `prices`.
        transactions: file of the contract `transactions`.
        dropped: counts, by reason, the rows that cannot be used.
        until: what happened later is left out, UTC; None for all.
        on_stage: told in words what begins.

    Raises:
        InvalidFile: a file as a whole is not of its contract, or no transaction can be used.
    """

    def reject(problem: InvalidRow) -> None:
        dropped[problem.reason] += 1

    on_stage("Reading transactions")
    entries = sorted(
        (t for t in read_transactions(transactions, on_reject=reject) if until is None or t.event_time <= until),
        key=lambda t: (t.user_id, t.pair),
    )
    if not entries:
        raise InvalidFile(f"{transactions} has no usable row; dropped: {dict(dropped)}")
    times = [entry.event_time.timestamp() for entry in entries]
    days = np.arange(int(min(times) // DAY), int(max(times) // DAY) + 1)
    moments = _moments(entries, days)
    on_stage("Replaying quotes")
    quotes = (
        quote
        for quote in read_quotes(prices, source="csv", on_reject=reject)
        if until is None or quote.event_time <= until
    )
    markets = market_histories(quotes, moments, dropped)
    entries = _with_price(entries, markets, moments, dropped)
    if not entries:
        raise InvalidFile(f"no transaction has a price before it; dropped: {dict(dropped)}")
    owners, ledger = _ledger(entries)
    return History(owners, ledger, days, markets, moments)


def _moments(entries: Sequence[Transaction], days: NDArray[np.int64]) -> dict[Pair, Array]:
    """By pair, when the market must be known: at every transaction and every midnight."""
    times: dict[Pair, list[float]] = {}
    for entry in entries:
        times.setdefault(entry.pair, []).append(entry.event_time.timestamp())
    return {pair: np.union1d(at, days * DAY) for pair, at in times.items()}


def _with_price(
    entries: Sequence[Transaction],
    markets: Mapping[Pair, MarketHistory],
    moments: Mapping[Pair, Array],
    dropped: Counter[str],
) -> list[Transaction]:
    """Transactions at whose time the pair had a price; counts the others."""
    known = {
        pair: float(moments[pair][int(np.argmax(history.known))]) if history.known.any() else np.inf
        for pair, history in markets.items()
        if pair in moments
    }
    kept = []
    for entry in entries:
        if entry.pair not in known:
            dropped[UNKNOWN_PAIR] += 1
        elif entry.event_time.timestamp() < known[entry.pair]:
            dropped[BEFORE_FIRST_PRICE] += 1
        else:
            kept.append(entry)
    return kept


def _ledger(entries: Sequence[Transaction]) -> tuple[list[tuple[str, Pair]], Ledger]:
    """The owners, by number, and their transactions; entries lie owner by owner, each in order of time."""
    owners: dict[tuple[str, Pair], int] = {}
    numbers = [owners.setdefault((entry.user_id, entry.pair), len(owners)) for entry in entries]
    trades = stack(Trades[Array], [trade_of(entry) for entry in entries])
    return list(owners), Ledger(np.array(numbers, dtype=np.int64), trades)
