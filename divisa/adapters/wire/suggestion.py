"""A suggestion as flat fields: the attributes of its DynamoDB item and the JSON message that is announced are the same.

Money is in minor units, prices are decimal strings, times are ISO-8601 UTC to the microsecond. There is no contact in
it: whoever delivers reads the recipient.
"""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from divisa.adapters.wire.image import plain
from divisa.domain.errors import InvalidInput, UnknownPair
from divisa.domain.pair import Pair, from_minor, to_minor
from divisa.domain.reasons import Reason, ReasonCode
from divisa.domain.recipient import Channel, Language
from divisa.domain.suggestion import Suggestion, SuggestionResponse, Suppression
from divisa.domain.transaction import Side

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
MinorUnits = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class _Reason(msgspec.Struct, frozen=True):
    code: ReasonCode
    number: float


class _Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    suggestion_id: str
    user_id: str
    pair: str
    side: Side
    amount_minor: MinorUnits
    price: Decimal
    quote_time: Moment
    quote_sequence: int
    reasons: list[_Reason]
    propensity: float
    model_version: str
    episode: int
    created_at: Moment
    expires_at: Moment
    language: Language
    channels: list[Channel]
    intended: Channel | None = None
    suppressed: Suppression | None = None
    response: SuggestionResponse | None = None
    responded_at: Moment | None = None
    opened_at: Moment | None = None
    held_until: Moment | None = None


_DECODER = msgspec.json.Decoder(_Document)


def suggestion_to_json(suggestion: Suggestion) -> bytes:
    """A suggestion as UTF-8 JSON; `suggestion_from_json` gives it back."""
    return msgspec.json.encode(_document(suggestion))


def suggestion_from_json(payload: bytes | str) -> Suggestion:
    """The suggestion in a message.

    Raises:
        InvalidInput: the message is none.
    """
    try:
        return _suggestion(_DECODER.decode(payload))
    except (msgspec.MsgspecError, UnicodeError, RecursionError, UnknownPair) as error:
        raise InvalidInput(f"the message is not a suggestion: {error}") from error


def suggestion_to_fields(suggestion: Suggestion) -> dict[str, Any]:
    """A suggestion as text, whole numbers, floats and lists: the attributes of its item."""
    fields: dict[str, Any] = msgspec.to_builtins(_document(suggestion))
    return fields


def suggestion_from_image(image: Mapping[str, Mapping[str, Any]]) -> Suggestion:
    """The suggestion in a DynamoDB item, as the API and the table's stream (`NewImage`) show it.

    Args:
        image: typed attribute values by name, `{"user_id": {"S": "u-1"}, …}`; further attributes are passed over.

    Raises:
        InvalidInput: the item is none.
    """
    try:
        fields = {name: plain(value) for name, value in image.items()}
        return _suggestion(msgspec.convert(fields, _Document, strict=False))
    except (msgspec.MsgspecError, ValueError, TypeError, AttributeError, UnknownPair) as error:
        raise InvalidInput(f"the item is not a suggestion: {error}") from error


def _document(suggestion: Suggestion) -> _Document:
    return _Document(
        suggestion_id=suggestion.suggestion_id,
        user_id=suggestion.user_id,
        pair=str(suggestion.pair),
        side=suggestion.side,
        amount_minor=to_minor(suggestion.amount, suggestion.pair.base),
        price=suggestion.price,
        quote_time=suggestion.quote_time,
        quote_sequence=suggestion.quote_sequence,
        reasons=[_Reason(reason.code, reason.number) for reason in suggestion.reasons],
        propensity=suggestion.propensity,
        model_version=suggestion.model_version,
        episode=suggestion.episode,
        created_at=suggestion.created_at,
        expires_at=suggestion.expires_at,
        language=suggestion.language,
        channels=list(suggestion.channels),
        intended=suggestion.intended,
        suppressed=suggestion.suppressed,
        response=suggestion.response,
        responded_at=suggestion.responded_at,
        opened_at=suggestion.opened_at,
        held_until=suggestion.held_until,
    )


def _suggestion(document: _Document) -> Suggestion:
    pair = Pair.parse(document.pair)
    return Suggestion(
        suggestion_id=document.suggestion_id,
        user_id=document.user_id,
        pair=pair,
        side=document.side,
        amount=from_minor(document.amount_minor, pair.base),
        price=document.price,
        quote_time=document.quote_time,
        quote_sequence=document.quote_sequence,
        reasons=tuple(Reason(reason.code, reason.number) for reason in document.reasons),
        propensity=document.propensity,
        model_version=document.model_version,
        episode=document.episode,
        created_at=document.created_at,
        expires_at=document.expires_at,
        language=document.language,
        channels=tuple(document.channels),
        intended=document.intended,
        suppressed=document.suppressed,
        response=document.response,
        responded_at=document.responded_at,
        opened_at=document.opened_at,
        held_until=document.held_until,
    )
