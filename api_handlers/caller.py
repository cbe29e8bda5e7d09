"""Who calls: the subject of the token that API Gateway has verified, and never anything else of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api_handlers.problem import Problem

if TYPE_CHECKING:
    from typing import Any

    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2


def subject(event: APIGatewayProxyEventV2) -> str:
    """The user: the subject of their access token.

    Raises:
        Problem: 401, there is no verified token, or it is no access token.
    """
    claims = _claims(event)
    found = claims.get("sub")
    if not isinstance(found, str) or not found or claims.get("token_use") != "access":
        raise Problem(
            401,
            "unauthenticated",
            "the request carries no valid access token",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return found


def require_scope(event: APIGatewayProxyEventV2, scope: str) -> None:
    """See that the token was given for something.

    Args:
        event: the request.
        scope: for example `divisa/feeds.write`.

    Raises:
        Problem: 401 without a verified access token, 403 when it lacks the scope.
    """
    subject(event)
    if scope not in str(_claims(event).get("scope", "")).split():
        raise Problem(403, "forbidden", f"the token lacks the scope {scope}")


def _claims(event: APIGatewayProxyEventV2) -> dict[str, Any]:
    return event.request_context.authorizer.jwt_claim
