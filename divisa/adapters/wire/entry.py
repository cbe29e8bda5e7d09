"""A ledger entry as flat fields: the attributes of its DynamoDB item and the JSON message of the stream are the same.

Money is in minor units, the price a decimal string, times are ISO-8601 UTC to the microsecond. `market` holds floats;
in the item it is a JSON document, since a DynamoDB number would not give every float back to the last bit.
"""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from divisa.adapters.wire.image import plain
from divisa.domain.errors import InvalidInput, UnknownPair
from divisa.domain.ledger import LedgerEntry
from divisa.domain.market import MarketView
from divisa.domain.pair import Pair, from_minor, to_minor
from divisa.domain.transaction import Side, Transaction

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
MinorUnits = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
SignedMinorUnits = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Price = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,18}(\.[0-9]{1,18})?\Z")]


class _Market(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    as_of: float
    log_mid: float
    ewma_1h: float
    ewma_1d: float
    ewma_7d: float
    ewma_30d: float
    sigma: float
    low: float
    high: float


class _Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    transaction_id: Annotated[str, msgspec.Meta(min_length=1)]
    user_id: Annotated[str, msgspec.Meta(min_length=1)]
    pair: str
    sequence: Number
    side: Side
    quantity_minor: MinorUnits
    price: Price
    amount_minor: MinorUnits
    realised_pnl_minor: SignedMinorUnits | None = None
    executed_at: Moment
    market: _Market
    quote_time: Moment
    quote_sequence: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    fingerprint: str


_DECODER = msgspec.json.Decoder(_Document)
_MARKET_DECODER = msgspec.json.Decoder(_Market)


def entry_to_json(entry: LedgerEntry) -> bytes:
    """An entry as UTF-8 JSON; `entry_from_json` gives it back, its floats to the last bit."""
    return msgspec.json.encode(_document(entry))


def entry_from_json(payload: bytes | str) -> LedgerEntry:
    """The entry in a message.

    Raises:
        InvalidInput: the message is none.
    """
    try:
        return _entry(_DECODER.decode(payload))
    except (msgspec.MsgspecError, UnicodeError, RecursionError, UnknownPair) as error:
        raise InvalidInput(f"the message is not a ledger entry: {error}") from error


def entry_to_fields(entry: LedgerEntry) -> dict[str, Any]:
    """An entry as text and whole numbers: attributes of its item."""
    fields: dict[str, Any] = msgspec.to_builtins(_document(entry))
    return fields | {"market": msgspec.json.encode(fields["market"]).decode()}


def entry_from_image(image: Mapping[str, Mapping[str, Any]]) -> LedgerEntry:
    """The entry in a DynamoDB item, as the API and the table's stream (`NewImage`) show it.

    Args:
        image: typed attribute values by name, `{"user_id": {"S": "u-1"}, …}`; further attributes are passed over.

    Raises:
        InvalidInput: the item is none.
    """
    try:
        fields = {name: plain(value) for name, value in image.items()}
        fields["market"] = _MARKET_DECODER.decode(fields["market"])
        return _entry(msgspec.convert(fields, _Document, strict=False))
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError, AttributeError, UnknownPair) as error:
        raise InvalidInput(f"the item is not a ledger entry: {error}") from error


def _document(entry: LedgerEntry) -> _Document:
    transaction = entry.transaction
    base, quote = transaction.pair.base, transaction.pair.quote
    return _Document(
        transaction_id=entry.transaction_id,
        user_id=transaction.user_id,
        pair=str(transaction.pair),
        sequence=entry.sequence,
        side=transaction.side,
        quantity_minor=to_minor(transaction.quantity, base),
        price=f"{transaction.price:f}",
        amount_minor=to_minor(entry.amount, quote),
        realised_pnl_minor=None if entry.realised_pnl is None else to_minor(entry.realised_pnl, quote),
        executed_at=transaction.event_time,
        market=_Market(**asdict(entry.market)),
        quote_time=entry.quote_time,
        quote_sequence=entry.quote_sequence,
        fingerprint=entry.fingerprint,
    )


def _entry(document: _Document) -> LedgerEntry:
    pair = Pair.parse(document.pair)
    realised = document.realised_pnl_minor
    return LedgerEntry(
        transaction_id=document.transaction_id,
        transaction=Transaction(
            user_id=document.user_id,
            pair=pair,
            side=document.side,
            quantity=from_minor(document.quantity_minor, pair.base),
            price=Decimal(document.price),
            event_time=document.executed_at,
        ),
        sequence=document.sequence,
        amount=from_minor(document.amount_minor, pair.quote),
        realised_pnl=None if realised is None else from_minor(realised, pair.quote),
        market=MarketView(**msgspec.structs.asdict(document.market)),
        quote_time=document.quote_time,
        quote_sequence=document.quote_sequence,
        fingerprint=document.fingerprint,
    )
