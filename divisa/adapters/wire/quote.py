"""A quote as JSON: `{"pair":"USD/MXN","bid":"17.0512","ask":"17.0532","event_time":"2024-01-05T14:15:00Z", …}`.

Prices are strings in plain decimal notation, so that nothing on the way makes floats of them.
"""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

import msgspec

from divisa.domain.errors import InvalidQuote, UnknownPair
from divisa.domain.gate import Rejection
from divisa.domain.pair import Pair
from divisa.domain.quote import Quote

MAX_BYTES: Final = 4096
"""A longer event is no quote: ours have about 150 bytes, and nobody should make us parse megabytes."""
MAX_DIGITS: Final = 18
"""Digits of a price, before and after the point together: exact in every store that a price passes through."""
MAX_DETAIL: Final = 200
"""Characters of an explanation: part of it is the parser's, which may quote the event."""

_PRICE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


class _Document(msgspec.Struct, frozen=True):
    pair: Annotated[str, msgspec.Meta(max_length=32)]
    bid: Annotated[str, msgspec.Meta(max_length=MAX_DIGITS + 2)]
    ask: Annotated[str, msgspec.Meta(max_length=MAX_DIGITS + 2)]
    event_time: Annotated[datetime, msgspec.Meta(tz=True)]
    sequence: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    source: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]


_DECODER = msgspec.json.Decoder(_Document)


def quote_to_json(quote: Quote) -> bytes:
    """One quote as UTF-8 JSON; `decode_quote` gives it back."""
    return msgspec.json.encode(
        _Document(
            pair=str(quote.pair),
            bid=f"{quote.bid:f}",
            ask=f"{quote.ask:f}",
            event_time=quote.event_time.astimezone(UTC),
            sequence=quote.sequence,
            source=quote.source,
        )
    )


def decode_quote(payload: bytes) -> Quote:
    """The quote in a price event; unknown further fields are passed over.

    Raises:
        InvalidQuote: for whatever bytes are none, and nothing else. Its reason is `malformed` (not UTF-8, not JSON, a
            field missing or of another type, a price that is not plain decimal digits, a time without offset),
            `unknown_pair` or `not_positive`.
    """
    if len(payload) > MAX_BYTES:
        raise InvalidQuote(Rejection.MALFORMED, f"{len(payload)} bytes are too many for a quote")
    try:
        document = _DECODER.decode(payload)
        event_time = document.event_time.astimezone(UTC)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidQuote(Rejection.MALFORMED, str(error)[:MAX_DETAIL]) from error
    bid, ask = _price("bid", document.bid), _price("ask", document.ask)
    try:
        pair = Pair.parse(document.pair)
    except UnknownPair as error:
        raise InvalidQuote(Rejection.UNKNOWN_PAIR, str(error)) from error
    return Quote(pair, bid, ask, event_time, document.sequence, document.source)


def quote_of(document: object, source: str) -> Quote:
    """The quote that an object read from JSON is, as `decode_quote` has it; its source is the given one.

    Raises:
        InvalidQuote: it is none; the reasons are those of `decode_quote`.
    """
    if not isinstance(document, dict):
        raise InvalidQuote(Rejection.MALFORMED, "a quote is an object")
    try:
        payload = msgspec.json.encode({**document, "source": source})
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidQuote(Rejection.MALFORMED, "the object is no JSON") from error
    return decode_quote(payload)


def _price(field: str, text: str) -> Decimal:
    if not _PRICE.fullmatch(text) or sum(map(str.isdigit, text)) > MAX_DIGITS:
        raise InvalidQuote(Rejection.MALFORMED, f"{field} is not a decimal number of at most {MAX_DIGITS} digits")
    price = Decimal(text)
    if price <= 0:
        raise InvalidQuote(Rejection.NOT_POSITIVE, f"{field} is {text}")
    return price
