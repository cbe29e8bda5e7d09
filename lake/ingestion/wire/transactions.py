"""An entry of the ledger, as the stream of transactions carries it, as a row of `fx_transactions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.wire import entry_from_json
from divisa.domain.errors import InvalidInput
from lake.ingestion.records import FileReason
from lake.ingestion.rows import NoRow

if TYPE_CHECKING:
    from collections.abc import Mapping


def transaction_columns(line: bytes) -> Mapping[str, str | None]:
    """The columns of an entry; amounts come out of minor units exactly.

    Raises:
        NoRow: the line is no entry.
    """
    try:
        transaction = entry_from_json(line).transaction
    except InvalidInput as refusal:
        raise NoRow(FileReason.NO_RECORD, "is no entry of the ledger") from refusal
    return {
        "user_id": transaction.user_id,
        "event_time": transaction.event_time.isoformat(),
        "pair": str(transaction.pair),
        "side": transaction.side.value,
        "quantity": f"{transaction.quantity:f}",
        "price": f"{transaction.price:f}",
    }
