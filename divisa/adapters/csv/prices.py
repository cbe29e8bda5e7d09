"""The contract `prices: pair,event_time,bid,ask`; times of a pair grow, pairs may be mixed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from divisa.adapters.csv.table import RowReason, Table, Unusable, moment_of, pair_of, positive
from divisa.domain.quote import Quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from divisa.adapters.csv.table import OnReject
    from divisa.domain.pair import Pair

HEADER = ("pair", "event_time", "bid", "ask")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def read_quotes(path: Path, *, source: str, on_reject: OnReject) -> Iterator[Quote]:
    """The quotes of a file, one at a time, in its order.

    Args:
        path: the file.
        source: the `source` that the quotes carry.
        on_reject: told each row that is no quote, or not newer than the pair's quotes before it.

    Yields:
        Quotes. Their `sequence` is the event time in microseconds since 1970, so that it goes on growing from file to
        file, and the same quote has the same sequence in each.

    Raises:
        InvalidFile: the file as a whole is not of this contract; before the first quote, or at a line that is no text.
    """
    newest: dict[Pair, datetime] = {}
    table = Table(path, HEADER, on_reject)
    for pair_text, time_text, bid_text, ask_text in table:
        try:
            pair, at = pair_of(pair_text), moment_of("event_time", time_text)
            bid, ask = positive("bid", bid_text), positive("ask", ask_text)
            if bid >= ask:
                raise Unusable(RowReason.CROSSED, "bid is not below ask")
            if at == newest.get(pair):
                raise Unusable(RowReason.DUPLICATE, "the pair has a quote of this time already")
            if pair in newest and at < newest[pair]:
                raise Unusable(RowReason.OUT_OF_ORDER, "the pair has a later quote already")
        except Unusable as problem:
            table.reject(problem)
            continue
        newest[pair] = at
        yield Quote(pair, bid, ask, at, (at - EPOCH) // MICROSECOND, source)
