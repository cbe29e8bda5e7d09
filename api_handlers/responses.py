"""Answers, and how operations document them: what a success looks like, and every problem that can come instead."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import Response

from api_handlers.bodies.problem import GatewayMessage, ProblemBody
from api_handlers.problem import MEDIA_TYPE
from api_handlers.security import FEEDS, PROVIDER, USER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
    from pydantic import BaseModel

__all__ = ["FEEDS", "JSON", "PROVIDER", "USER", "answer", "documented", "success"]

JSON: Final = "application/json"

_ALWAYS: Final = (400, 405, 429, 500, 503)
_WHY: Final = {
    400: "The request is malformed: JSON, UTF-8, a header or a cursor",
    401: "No token, or one that is not valid",
    403: "The token is not one for this",
    404: "There is no such thing, or it is not the caller's",
    405: "The path has no such method",
    409: "Refused as things stand; the end of `type` says why",
    412: "If-Match does not name the present version",
    413: "The body is too large",
    415: "The body is of another media type than the documented one",
    422: "A field is invalid; `errors` names it",
    428: "If-Match is missing",
    429: "Too many requests; Retry-After says for how many seconds",
    500: "Something failed here",
    503: "A component does not answer; Retry-After says when to try again",
}
_RETRIED: Final = frozenset({429, 503})


def answer(status: int, body: BaseModel | None = None, headers: Mapping[str, str] | None = None) -> Response[str]:
    """A success as JSON; fields that are None are left out. Without a body, for example 204, there is no content."""
    text = None if body is None else body.model_dump_json(by_alias=True, exclude_none=True)
    media_type = None if text is None else JSON
    return Response(status_code=status, content_type=media_type, body=text, headers=dict(headers or {}))


def success(
    description: str,
    model: type[BaseModel] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    media: Mapping[str, dict[str, Any]] | None = None,
) -> OpenAPIResponse:
    """Documentation of a success.

    Args:
        description: what has happened.
        model: of the JSON body; None where there is none.
        headers: by name, what each says.
        media: other media types that it can come as, each with its schema.
    """
    content: dict[str, Any] = {} if model is None else {JSON: {"model": model}}
    content |= {name: {"schema": schema} for name, schema in (media or {}).items()}
    found: OpenAPIResponse = {"description": description, "content": content}
    if headers:
        found["headers"] = {name: _header(says) for name, says in headers.items()}
    return found


def documented(
    successes: Mapping[int, OpenAPIResponse], *problems: int, authorized: bool = True
) -> dict[int, OpenAPIResponse]:
    """All responses of an operation: its successes, the problems named, and those that any request can meet.

    Args:
        successes: by status.
        problems: statuses from 400 up, beside the ones that every operation has (400, 405, 429, 500, 503).
        authorized: whether API Gateway checks a token first; its own answers are then among the responses.
    """
    own = {401, 403} if authorized else set()
    return {
        **successes,
        **{status: _problem(status, gateway=status in own) for status in sorted({*_ALWAYS, *own, *problems})},
    }


def _problem(status: int, *, gateway: bool) -> OpenAPIResponse:
    content: dict[str, Any] = {MEDIA_TYPE: {"model": ProblemBody}}
    if gateway or status in {413, 429, 500, 503}:
        # API Gateway's own answers, before or instead of the function's: no token, throttled, no function.
        content[JSON] = {"model": GatewayMessage}
    found: OpenAPIResponse = {"description": _WHY.get(status, HTTPStatus(status).phrase), "content": content}
    if status in _RETRIED:
        found["headers"] = {"Retry-After": _header("Seconds after which to try again.")}
    if status == 405:
        found["headers"] = {"Allow": _header("The methods that the path has.")}
    return found


def _header(description: str) -> Any:
    return {"description": description, "schema": {"type": "string"}}
