"""The ledger as CSV (RFC 4180), as much of it as one answer can carry."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from api_handlers.bodies.scalars import plain, utc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from divisa.domain.ledger import LedgerEntry

MEDIA_TYPE: Final = "text/csv"
MAX_BYTES: Final = 5_000_000
"""A Lambda function answers with 6 MB at most, and its JSON around the text takes some of them."""
COLUMNS: Final = (
    "transaction_id",
    "executed_at",
    "pair",
    "side",
    "quantity",
    "price",
    "amount",
    "realised_pnl",
    "sequence",
)


def ledger_csv(
    entries: Iterable[LedgerEntry], max_rows: int | None = None, max_bytes: int = MAX_BYTES
) -> tuple[str, LedgerEntry | None]:
    """Entries as CSV with a header, as long as there is room.

    Args:
        entries: in the order of the rows.
        max_rows: at least 1; None for all.
        max_bytes: of the whole text; there is room for one row at least.

    Returns:
        The text, ASCII, and the last entry in it when not all of them found room, else None.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    last: LedgerEntry | None = None
    for rows, entry in enumerate(entries):
        place = text.tell()
        writer.writerow(_row(entry))
        if last is not None and (rows == max_rows or text.tell() > max_bytes):
            return text.getvalue()[:place], last
        last = entry
    return text.getvalue(), None


def _row(entry: LedgerEntry) -> tuple[str, ...]:
    made = entry.transaction
    return (
        entry.transaction_id,
        utc(made.event_time),
        str(made.pair),
        made.side,
        plain(made.quantity),
        plain(made.price),
        plain(entry.amount),
        "" if entry.realised_pnl is None else plain(entry.realised_pnl),
        str(entry.sequence),
    )
