"""An outcome as one JSON document. Amounts and prices are decimal strings, times ISO-8601 UTC to the microsecond."""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from divisa.domain.errors import InvalidInput, UnknownPair
from divisa.domain.experiment import Arm
from divisa.domain.outcome import Horizon, LaterPrice, Outcome
from divisa.domain.pair import Pair
from divisa.domain.reasons import ReasonCode
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import SuggestionResponse
from divisa.domain.transaction import Side

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Price(msgspec.Struct, frozen=True):
    mid: Decimal
    bid: Decimal
    ask: Decimal
    gain: Decimal


class _Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    suggestion_id: str
    user_id: str
    pair: str
    side: Side
    amount: Decimal
    price: Decimal
    begun_at: Moment
    arm: Arm
    channel: Channel | None = None
    reason: ReasonCode | None = None
    known_until: Moment
    shown_at: Moment | None = None
    opened_at: Moment | None = None
    response: SuggestionResponse | None = None
    responded_at: Moment | None = None
    traded_at: Moment | None = None
    traded_quantity: Decimal | None = None
    prices: dict[Horizon, _Price] = {}


_DECODER = msgspec.json.Decoder(_Document)


def outcome_to_json(outcome: Outcome) -> bytes:
    """An outcome as UTF-8 JSON; `outcome_from_json` gives it back."""
    fields = {name: getattr(outcome, name) for name in _Document.__struct_fields__}
    prices = {
        horizon: _Price(each.mid, each.bid, each.ask, each.gain) for horizon, each in sorted(outcome.prices.items())
    }
    return msgspec.json.encode(_Document(**fields | {"pair": str(outcome.pair), "prices": prices}))


def outcome_from_json(document: bytes | str) -> Outcome:
    """The outcome in a document.

    Raises:
        InvalidInput: it is none.
    """
    try:
        read = _DECODER.decode(document)
        fields = {name: getattr(read, name) for name in read.__struct_fields__}
        prices = {horizon: LaterPrice(each.mid, each.bid, each.ask, each.gain) for horizon, each in read.prices.items()}
        return Outcome(**fields | {"pair": Pair.parse(read.pair), "prices": prices})
    except (msgspec.MsgspecError, UnicodeError, UnknownPair) as error:
        raise InvalidInput(f"the document is not an outcome: {error}") from error


def outcome_from_image(image: Mapping[str, Mapping[str, Any]]) -> Outcome:
    """The outcome in a DynamoDB item, as the API and the table's stream (`NewImage`) show it.

    Args:
        image: typed attribute values by name; all that is read is `document`.

    Raises:
        InvalidInput: the item is none.
    """
    try:
        return outcome_from_json(image["document"]["S"])
    except (KeyError, TypeError) as error:
        raise InvalidInput(f"the item is not an outcome: {type(error).__name__}") from error
