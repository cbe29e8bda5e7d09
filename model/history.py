"""Users' pasts, read from the CSV contracts and replayed: every transaction with the market that it was made at.

Training makes rows from it, seeding takes its end. Quotes pass the gate and both folds here as they do online.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.adapters.csv.kinds import EPOCH, MICROSECOND
from divisa.adapters.csv.prices import read_prices
from divisa.adapters.csv.transactions import read_transactions
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import Array, field_names
from divisa.domain.errors import InvalidFile
from divisa.domain.market import MarketView
from model.ledger_history import Ledger, summaries
from model.market_history import MarketHistory, market_histories

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.adapters.csv.prices import Prices
    from divisa.adapters.csv.transactions import Transactions
    from divisa.domain.errors import InvalidRow
    from divisa.domain.pair import Pair

UNKNOWN_PAIR, BEFORE_FIRST_PRICE = "unknown_pair", "before_first_price"
_SECOND = 1e6


@dataclass(frozen=True, slots=True)
class History:
    """What happened, up to a moment.

    Attributes:
        owners: user and pair by number, in order.
        ledger: their transactions.
        markets: each pair's market.
        pairs: the pairs by number, in order.
        pair: number of each owner's pair, int64, shape (owners,).
        end: until when what users did is known, microseconds since 1970 UTC.
    """

    owners: Sequence[tuple[str, Pair]]
    ledger: Ledger
    markets: Mapping[Pair, MarketHistory]
    pairs: tuple[Pair, ...]
    pair: NDArray[np.int64]
    end: int

    def views(self, owner: NDArray[np.int64], at: Array) -> MarketView[Array]:
        """The market of each row's pair at each row's moment, columns of shape (n,); NaN before its first quote.

        Args:
            owner: of each row.
            at: moments, seconds since 1970 UTC.
        """
        which = self.pair[owner]
        out = np.empty((len(field_names(MarketView)), len(at)))
        for number in np.unique(which).tolist():
            mine = which == number
            past = self.markets[self.pairs[number]]
            index = past.at(at[mine])
            for row, name in zip(out, field_names(MarketView), strict=True):
                row[mine] = getattr(past.views, name)[index]
        return MarketView(*out)

    def summaries(self, first: int, last: int, wanted: NDArray[np.int64]) -> BehaviourSummary[Array]:
        """Summaries of the owners from `first` to before `last`.

        Args:
            first: number of an owner.
            last: number of the owner behind the last.
            wanted: after which transactions of the ledger, −1 for a newcomer.
        """
        starts = self.ledger.starts[first : last + 1]
        rows = slice(int(starts[0]), int(starts[-1]))
        counts, trades = np.diff(starts), self.ledger.trades(rows)
        markets = self.views(np.repeat(np.arange(first, last), counts), trades.at)
        return summaries(counts, trades, markets, np.where(wanted < 0, -1, wanted - rows.start))

    def newest(self) -> BehaviourSummary[Array]:
        """Everybody's summary at the end, columns of shape (owners,)."""
        starts, counts = self.ledger.starts, self.ledger.counts()
        newest = np.where(counts > 0, starts[1:] - 1, -1)
        parts = [self.summaries(first, last, newest[first:last]) for first, last in self.ledger.blocks()]
        names = field_names(BehaviourSummary)
        return BehaviourSummary(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def read_history(
    prices: Path,
    transactions: Path,
    dropped: Counter[str],
    *,
    also: Iterable[tuple[str, Pair]] = (),
    until: datetime | None = None,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> History:
    """Read both files and replay them.

    Args:
        prices: file of the contract `prices`.
        transactions: file of the contract `transactions`.
        dropped: counts, by reason, the rows that cannot be used.
        also: owners who may have no transaction; those of a pair without a price are left out.
        until: what became known later is left out, UTC; None for all.
        on_stage: told in words what begins.

    Raises:
        InvalidFile: a file as a whole is not of its contract, or no transaction can be used.
    """

    def reject(problem: InvalidRow) -> None:
        dropped[problem.reason] += 1

    last = np.iinfo(np.int64).max if until is None else (until - EPOCH) // MICROSECOND
    on_stage("Reading transactions")
    entries = read_transactions(transactions, on_reject=reject)
    by_then = entries.known <= last
    if not by_then.any():
        raise InvalidFile(f"{transactions} has no usable row; dropped: {dict(dropped)}")
    on_stage("Replaying quotes")
    quotes = _until(read_prices(prices, on_reject=reject), last)
    markets = {pair: past for pair, past in market_histories(quotes, dropped).items() if len(past.since)}
    by_then &= _with_price(entries, by_then, markets, dropped)
    if not by_then.any():
        raise InvalidFile(f"no transaction has a price before it; dropped: {dict(dropped)}")
    owners, ledger = _ledger(entries, by_then, {owner for owner in also if owner[1] in markets})
    if until is None:
        last = min(int(ledger.known.max()), int(quotes.known.max()))
    pairs = tuple(sorted({pair for _, pair in owners}))
    numbers = {pair: number for number, pair in enumerate(pairs)}
    return History(owners, ledger, markets, pairs, np.array([numbers[pair] for _, pair in owners]), int(last))


def _until(prices: Prices, last: int) -> Prices:
    """The quotes that were known by then."""
    if (rows := prices.known <= last).all():
        return prices
    columns: tuple[NDArray[Any], ...] = (prices.pair, prices.at, prices.known, prices.bid, prices.ask)
    return type(prices)(prices.pairs, *(column[rows] for column in columns))


def _with_price(
    entries: Transactions,
    rows: NDArray[np.bool_],
    markets: Mapping[Pair, MarketHistory],
    dropped: Counter[str],
) -> NDArray[np.bool_]:
    """Which transactions were made when the pair had a price; counts those of `rows` that were not."""
    keep = np.ones(len(rows), dtype=np.bool_)
    for number, pair in enumerate(entries.pairs):
        mine = entries.pair == number
        past = markets.get(pair)
        bad = mine if past is None else mine & (entries.at / _SECOND < past.since[0])
        if count := int((bad & rows).sum()):
            dropped[UNKNOWN_PAIR if past is None else BEFORE_FIRST_PRICE] += count
        keep &= ~bad
    return keep


def _ledger(
    entries: Transactions, rows: NDArray[np.bool_], also: set[tuple[str, Pair]]
) -> tuple[list[tuple[str, Pair]], Ledger]:
    """The owners, in order, and the transactions of `rows`, which lie owner by owner already."""
    chosen = slice(None) if rows.all() else rows
    user, pair = entries.user[chosen], entries.pair[chosen]
    begins = np.flatnonzero(np.concatenate([[True], (user[1:] != user[:-1]) | (pair[1:] != pair[:-1])]))
    names = zip(user[begins].tolist(), pair[begins].tolist(), strict=True)
    traded = [(entries.users[one], entries.pairs[other]) for one, other in names]
    counts = np.diff(np.append(begins, len(user)))
    owners = sorted(also.union(traded))
    places = {owner: number for number, owner in enumerate(owners)} if also else {}
    by_owner = np.zeros(len(owners), dtype=np.int64)
    by_owner[[places[owner] for owner in traded] if also else slice(None)] = counts
    columns: tuple[NDArray[Any], ...] = (entries.at, entries.known, entries.buy, entries.quantity, entries.price)
    starts = np.concatenate([[0], np.cumsum(by_owner)])
    return owners, Ledger(starts, *(column[chosen] for column in columns))
