"""The contract `prices: pair,event_time,bid,ask`; times of a pair grow, pairs may be mixed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from divisa.adapters.csv.table import RowReason, Table, Unusable, moment_of, pair_of, positive
from divisa.domain.quote import Quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from divisa.adapters.csv.table import OnReject
    from divisa.domain.pair import Pair

HEADER = ("pair", "event_time", "bid", "ask")


def read_quotes(path: Path, *, source: str, on_reject: OnReject) -> Iterator[Quote]:
    """The quotes of a file, one at a time, in its order.

    Args:
        path: the file.
        source: the `source` that the quotes carry.
        on_reject: told each row that is no quote, or not newer than the pair's quotes before it.

    Yields:
        Quotes, `sequence` counting each pair's from 1.

    Raises:
        InvalidFile: the file as a whole is not of this contract; before the first quote, or at a line that is no text.
    """
    newest: dict[Pair, datetime] = {}
    count: Counter[Pair] = Counter()
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
        count[pair] += 1
        yield Quote(pair, bid, ask, at, count[pair], source)
