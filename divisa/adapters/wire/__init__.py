"""How values travel: the one definition of each message, whoever sends it and whoever reads it."""

from divisa.adapters.wire.backlog_request import backlog_request_from_json, backlog_request_to_json
from divisa.adapters.wire.entry import entry_from_image, entry_from_json, entry_to_fields, entry_to_json
from divisa.adapters.wire.erasure_request import erasure_request_from_json, erasure_request_to_json
from divisa.adapters.wire.quote import decode_quote, quote_of, quote_to_json
from divisa.adapters.wire.suggestion import (
    suggestion_from_image,
    suggestion_from_json,
    suggestion_to_fields,
    suggestion_to_json,
)

__all__ = [
    "backlog_request_from_json",
    "backlog_request_to_json",
    "decode_quote",
    "entry_from_image",
    "entry_from_json",
    "entry_to_fields",
    "entry_to_json",
    "erasure_request_from_json",
    "erasure_request_to_json",
    "quote_of",
    "quote_to_json",
    "suggestion_from_image",
    "suggestion_from_json",
    "suggestion_to_fields",
    "suggestion_to_json",
]
