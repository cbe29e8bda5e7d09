"""The contract `prices: pair,event_time,bid,ask[,arrived_at]`; pairs may be mixed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.adapters.csv.arrival import ARRIVED_AT, EVENT_TIME, known_from
from divisa.adapters.csv.columns import read_columns
from divisa.adapters.csv.kinds import EPOCH, MICROSECOND, Moment, Name, Number, decimal, floats
from divisa.adapters.csv.table import RowReason, pair_of, positive
from divisa.domain.quote import Quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.adapters.csv.kinds import Kind
    from divisa.adapters.csv.table import OnReject
    from divisa.domain.pair import Pair

HEADER = ("pair", EVENT_TIME, "bid", "ask")
_AT_A_TIME = 10_000


@dataclass(frozen=True, slots=True)
class Prices:
    """The quotes of a file in order of arrival, arrays of shape (n,).

    Attributes:
        pairs: the pairs, by number.
        pair: number of each quote's pair, int32.
        at: event times, microseconds since 1970 UTC, int64.
        known: from when on each quote is known: its arrival, or its event time when it has none or an earlier one.
        bid, ask: exactly, as `divisa.adapters.csv.kinds.Number` stores them.
    """

    pairs: tuple[Pair, ...]
    pair: NDArray[np.int32]
    at: NDArray[np.int64]
    known: NDArray[np.int64]
    bid: NDArray[Any]
    ask: NDArray[Any]

    def quotes(self, source: str, rows: NDArray[Any] | None = None) -> Iterator[Quote]:
        """Quotes of a source, of some rows only or of all. Their `sequence` is the event time in microseconds."""
        chosen = np.arange(len(self.at)) if rows is None else rows
        for first in range(0, len(chosen), _AT_A_TIME):
            some = chosen[first : first + _AT_A_TIME]
            columns = (self.pair[some].tolist(), self.at[some].tolist(), self.bid[some], self.ask[some])
            for pair, at, bid, ask in zip(*columns, strict=True):
                yield Quote(self.pairs[pair], decimal(bid), decimal(ask), EPOCH + at * MICROSECOND, at, source)


def read_prices(path: Path, *, on_reject: OnReject) -> Prices:
    """The quotes of a file.

    A quote arrives at `arrived_at`, without that column at its event time, whatever the order of the file.

    Args:
        path: the file.
        on_reject: told each row that is no quote, or not newer than the pair's quotes that arrived before it.

    Raises:
        InvalidFile: the file as a whole is not of this contract.
    """
    pairs = Name(pair_of)
    contract: dict[str, Kind] = {
        "pair": pairs,
        EVENT_TIME: Moment(EVENT_TIME),
        "bid": Number(partial(positive, "bid")),
        "ask": Number(partial(positive, "ask")),
    }
    read = read_columns(path, contract, on_reject, optional={ARRIVED_AT: Moment(ARRIVED_AT)})
    pair, at, known, bid, ask = read["pair"], read[EVENT_TIME], known_from(read), read["bid"], read["ask"]

    keep = np.ones(len(read), dtype=np.bool_)
    for row in np.flatnonzero(floats(bid) >= floats(ask)).tolist():
        if decimal(bid[row]) >= decimal(ask[row]):
            keep[row] = False
            read.reject(row, RowReason.CROSSED, "bid is not below ask")
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(known[rows], kind="stable")]
    newest = _newest_before(pair[rows], at[rows])
    for row in rows[at[rows] == newest].tolist():
        read.reject(row, RowReason.DUPLICATE, "the pair has a quote of this time already")
    for row in rows[at[rows] < newest].tolist():
        read.reject(row, RowReason.OUT_OF_ORDER, "the pair has a later quote already")
    rows = rows[at[rows] > newest]
    return Prices(tuple(pairs.values), pair[rows], at[rows], known[rows], bid[rows], ask[rows])


def read_quotes(path: Path, *, source: str, on_reject: OnReject) -> Iterator[Quote]:
    """The quotes of a file, one at a time, in order of arrival.

    Args:
        path: the file.
        source: the `source` that the quotes carry.
        on_reject: told each row that is no quote, or not newer than the pair's quotes before it.

    Yields:
        Quotes. Their `sequence` is the event time in microseconds since 1970, so that it goes on growing from file to
        file, and the same quote has the same sequence in each.

    Raises:
        InvalidFile: the file as a whole is not of this contract; before the first quote.
    """
    yield from read_prices(path, on_reject=on_reject).quotes(source)


def _newest_before(pair: NDArray[np.int32], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The newest event time of the same pair before each row; the smallest number where there is none."""
    newest = np.full(len(at), np.iinfo(np.int64).min)
    for one in np.unique(pair):
        mine = np.flatnonzero(pair == one)
        newest[mine[1:]] = np.maximum.accumulate(at[mine])[:-1]
    return newest
