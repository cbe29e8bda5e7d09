"""A quote of the stream of quotes as a row of `fx_prices`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.wire import decode_quote
from divisa.domain.errors import InvalidQuote
from lake.ingestion.records import FileReason
from lake.ingestion.rows import NoRow

if TYPE_CHECKING:
    from collections.abc import Mapping


def quote_columns(line: bytes) -> Mapping[str, str | None]:
    """The columns of a quote.

    Raises:
        NoRow: the line is no quote; says by which of the stream's own reasons.
    """
    try:
        quote = decode_quote(line)
    except InvalidQuote as refusal:
        raise NoRow(FileReason.NO_RECORD, f"is no quote: {refusal.reason}") from refusal
    return {
        "pair": str(quote.pair),
        "event_time": quote.event_time.isoformat(),
        "bid": f"{quote.bid:f}",
        "ask": f"{quote.ask:f}",
    }
