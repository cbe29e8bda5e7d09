"""A request to work off a shard of a pair's watches: `{"pair": "USD/MXN", "shard": 3}`."""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from typing import Annotated

import msgspec

from divisa.domain.errors import InvalidInput, UnknownPair
from divisa.domain.pair import Pair


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pair: str
    shard: Annotated[int, msgspec.Meta(ge=0)]


_DECODER = msgspec.json.Decoder(_Document)


def backlog_request_to_json(pair: Pair, shard: int) -> bytes:
    """A request as UTF-8 JSON; `backlog_request_from_json` gives it back."""
    return msgspec.json.encode(_Document(str(pair), shard))


def backlog_request_from_json(payload: bytes | str) -> tuple[Pair, int]:
    """The pair and the shard of a request.

    Raises:
        InvalidInput: it is none.

    >>> backlog_request_from_json('{"pair": "USD/MXN", "shard": 3}')
    (Pair(base='USD', quote='MXN'), 3)
    """
    try:
        document = _DECODER.decode(payload)
        return Pair.parse(document.pair), document.shard
    except (msgspec.MsgspecError, UnicodeError, RecursionError, UnknownPair) as error:
        raise InvalidInput(f"the message is no request to work off a shard: {error}") from error
