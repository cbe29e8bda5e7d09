"""A request as bytes and text, before anything is believed of it: its media type, its size, its UTF-8, its JSON."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

import msgspec

from api_handlers.problem import FieldProblem, Problem

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

JSON: Final = "application/json"
MAX_BODY: Final = 64 * 1024
"""Bytes that a body may have, unless its operation says otherwise by the extension `x-max-body-bytes`."""


def raw_body(event: APIGatewayProxyEventV2) -> bytes:
    """The body as it was sent.

    Raises:
        Problem: 400, API Gateway's encoding of it cannot be read.
    """
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise Problem(400, "malformed", "the body cannot be read") from None


def require_size(event: APIGatewayProxyEventV2, limit: int = MAX_BODY) -> None:
    """See that the body is not too large.

    Raises:
        Problem: 413.
    """
    encoded = len(event.get("body") or "")
    sent = encoded * 3 // 4 - 2 if event.get("isBase64Encoded") else encoded
    if sent > limit:
        raise Problem(413, "too_large", f"the body may have {limit} bytes")


def require_media_type(event: APIGatewayProxyEventV2, wanted: str) -> None:
    """See that the body is of a media type, in UTF-8.

    Raises:
        Problem: 415.
    """
    media_type, *parameters = (part.strip().lower() for part in event.headers.get("content-type", "").split(";"))
    charsets = {part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")}
    if media_type != wanted or not charsets <= {"utf-8"}:
        raise Problem(415, "unsupported_media_type", f"the body must be {wanted} in UTF-8")


def text_body(event: APIGatewayProxyEventV2) -> str:
    """The body as text.

    Raises:
        Problem: 400, it is not UTF-8.
    """
    try:
        text = raw_body(event).decode()
    except UnicodeDecodeError:
        raise Problem(400, "malformed", "the body is not UTF-8") from None
    if "\ufffd" in text:  # what API Gateway puts in the place of bytes that are not
        raise Problem(400, "malformed", "the body is not UTF-8")
    return text


def json_object(text: str) -> dict[str, Any]:
    """A JSON object, read strictly: no NaN, no number out of range, no half of a surrogate pair.

    Raises:
        Problem: 400, it is not JSON; 422, it is JSON and no object.

    >>> json_object('{"side": "buy"}')
    {'side': 'buy'}
    """
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise Problem(400, "malformed", "the body is not JSON") from None
    if not isinstance(found, dict):
        raise Problem(422, "invalid", "a field is invalid", errors=[FieldProblem("body", "should be an object")])
    return found
