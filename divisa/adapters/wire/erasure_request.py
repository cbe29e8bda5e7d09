"""A request to erase a person: `{"user_id": "…"}`."""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from typing import Annotated

import msgspec

from divisa.domain.errors import InvalidInput


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    user_id: Annotated[str, msgspec.Meta(min_length=1)]


_DECODER = msgspec.json.Decoder(_Document)


def erasure_request_to_json(user_id: str) -> bytes:
    """A request as UTF-8 JSON; `erasure_request_from_json` gives it back."""
    return msgspec.json.encode(_Document(user_id))


def erasure_request_from_json(payload: bytes | str) -> str:
    """Who is to be erased.

    Raises:
        InvalidInput: the message is no request. It is not repeated.

    >>> erasure_request_from_json('{"user_id": "ana"}')
    'ana'
    """
    try:
        return _DECODER.decode(payload).user_id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise InvalidInput("the message is no request to erase a person") from None
