"""Requests as API Gateway's HTTP API hands them to a function (payload format 2.0), and answers as apps read them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from aws_lambda_powertools.utilities.typing import LambdaContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api_handlers.app import Application

ALICE = "8f3c0d1e-0000-4000-8000-00000000000a"
BOB = "8f3c0d1e-0000-4000-8000-00000000000b"


def an_event(
    method: str,
    path: str,
    *,
    user: str | None = ALICE,
    query: Mapping[str, str] | str = "",
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    scope: str = "aws.cognito.signin.user.admin",
) -> dict[str, Any]:
    """A request; `body` is JSON unless it is text or bytes, `user` the subject of the verified token."""
    raw_query = query if isinstance(query, str) else urlencode(query)
    sent = {"host": "api.example.com", **{name.lower(): value for name, value in (headers or {}).items()}}
    if body is not None and not isinstance(body, str | bytes):
        body = json.dumps(body)
    if body is not None:
        sent.setdefault("content-type", "application/json")
    encoded = isinstance(body, bytes)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": raw_query,
        "headers": sent,
        "requestContext": {
            "stage": "$default",
            "requestId": "request-1",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"},
        },
        "isBase64Encoded": encoded,
    }
    if raw_query:
        values = parse_qs(raw_query, keep_blank_values=True)
        event["queryStringParameters"] = {name: ",".join(each) for name, each in values.items()}
    if body is not None:
        event["body"] = base64.b64encode(body).decode() if encoded else body
    if user is not None:
        claims = {"sub": user, "token_use": "access", "scope": scope}
        event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    return event


@dataclass(frozen=True)
class Answered:
    """An answer as an app reads it; header names in small letters."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def ask(application: Application, method: str, path: str, **event: Any) -> Answered:
    """Send a request to an API; the arguments are those of `an_event`."""
    found = application(an_event(method, path, **event), LambdaContext())
    body = found["body"] or ""
    text = base64.b64decode(body).decode() if found["isBase64Encoded"] else body
    return Answered(found["statusCode"], {name.lower(): value for name, value in found["headers"].items()}, text)
