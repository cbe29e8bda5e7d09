"""Market records in DynamoDB: one JSON document a pair, replaced whole on condition of its version."""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from datetime import datetime

import msgspec

from divisa.adapters.aws.items import MarketItem
from divisa.adapters.aws.table import Image, Table
from divisa.adapters.wire import decode_quote, quote_to_json
from divisa.domain.bars import Bar
from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.gate import GateState
from divisa.domain.market import MarketState
from divisa.domain.pair import Pair
from divisa.ports import MarketRecord


class _Document(msgspec.Struct, frozen=True, omit_defaults=True):
    last_event_time: datetime | None
    last_sequence: dict[str, int]
    recent: tuple[float, ...]
    suspect: float | None
    market: MarketState | None
    position: str
    quote: str | None = None
    unwritten: tuple[Bar, ...] = ()


class DynamoMarkets:
    """`Markets` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, pair: Pair) -> MarketRecord:
        """The record of a pair as of now; an empty one of version 0 when nothing is stored.

        Raises:
            InvalidInput: what is stored is no record of this version of the code.
        """
        image = self._table.get(str(pair))
        if image is None:
            return MarketRecord(pair, GateState(), None)
        return self._table.read(image, lambda stored: _record(stored, pair))

    def save(self, record: MarketRecord) -> None:
        """Write a record that was loaded at `record.version`; it is stored as version + 1.

        Raises:
            ConcurrentUpdate: the stored version is another one.
        """
        gate = record.gate
        document = _Document(
            last_event_time=gate.last_event_time,
            last_sequence=dict(gate.last_sequence),
            recent=gate.recent,
            suspect=gate.suspect,
            market=record.market,
            position=record.position,
            quote=None if record.quote is None else quote_to_json(record.quote).decode(),
            unwritten=record.unwritten,
        )
        item = MarketItem(
            pair=str(record.pair), version=record.version + 1, document=msgspec.json.encode(document).decode()
        )
        known = MarketItem.version == record.version if record.version else MarketItem.version.does_not_exist()
        if not self._table.put(item, known):
            raise ConcurrentUpdate(f"the market record of {record.pair} has moved on from version {record.version}")


def _record(image: Image, pair: Pair) -> MarketRecord:
    item = MarketItem.from_raw_data(image)
    document = msgspec.json.decode(item.document, type=_Document)
    gate = GateState(document.last_event_time, document.last_sequence, document.recent, document.suspect)
    quote = None if document.quote is None else decode_quote(document.quote.encode())
    return MarketRecord(pair, gate, document.market, quote, document.position, int(item.version), document.unwritten)
