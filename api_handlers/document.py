"""The OpenAPI 3.1 document, made from the operations themselves: `python -m api_handlers.document` writes it down."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from aws_lambda_powertools.event_handler.openapi.models import (
    APIKey,
    HTTPBearer,
    OAuth2,
    OAuthFlowClientCredentials,
    OAuthFlows,
    Server,
)

from api_handlers.app import Application
from api_handlers.security import FEEDS_SCHEME, FEEDS_SCOPE, PROVIDER_HEADERS, USER_SCHEME

FILE: Final = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"

_VERSION: Final = "1.0.0"
_DESCRIPTION: Final = """\
What people on a currency platform hold, trade, and are told. Money and prices are plain decimals in text, times are
UTC, problems are RFC 9457. Who calls is the subject of the token; no path, query or body names a user. What API Gateway
turns down by itself (no token, one that is not valid, too many requests) comes as `application/json` with a message."""
_UNUSED: Final = ("HTTPValidationError", "ResponseValidationError", "ValidationError")
"""Schemas that the generator adds for answers which are problems here."""


def document(*applications: Application) -> dict[str, Any]:
    """The document of some APIs as one.

    Args:
        applications: their paths differ.
    """
    whole = Application(*(router for each in applications for router in each.routers))
    text = whole.resolver.get_openapi_json_schema(
        title="Divisa",
        version=_VERSION,
        description=_DESCRIPTION,
        openapi_version="3.1.0",
        servers=[Server(url="/")],
        security_schemes={
            USER_SCHEME: HTTPBearer(bearerFormat="JWT", description="The access token of a person who has signed in."),
            FEEDS_SCHEME: OAuth2(
                description="The access token of a program, by its client id and secret.",
                flows=OAuthFlows(
                    clientCredentials=OAuthFlowClientCredentials(
                        tokenUrl="/oauth2/token", scopes={FEEDS_SCOPE: "Hand in files."}
                    )
                ),
            ),
            **{
                scheme: APIKey.model_validate({"in": "header", "name": header, "description": says})
                for scheme, (header, says) in PROVIDER_HEADERS.items()
            },
        },
    )
    found: dict[str, Any] = json.loads(text)
    for name in _UNUSED:
        found["components"]["schemas"].pop(name, None)
    found["paths"] = dict(sorted(found["paths"].items()))
    return found


@cache
def whole_document() -> str:
    """The document of both functions, as it is served and kept in `docs/openapi.json`."""
    from api_handlers import api, prices

    return json.dumps(document(api.application, prices.application), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(whole_document(), encoding="utf-8")
