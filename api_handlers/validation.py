"""What a request must be before its operation sees it: admitted, of the right size and type, each field valid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler.middlewares import BaseMiddlewareHandler
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import OpenAPIRequestValidationMiddleware

from api_handlers.caller import require_scope
from api_handlers.problem import FieldProblem, Problem
from api_handlers.request import JSON, MAX_BODY, require_media_type, require_size, text_body
from api_handlers.security import FEEDS_SCHEME, USER_SCHEME, USER_SCOPE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
    from aws_lambda_powertools.event_handler.api_gateway import Route
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
    from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    Admit = Callable[[APIGatewayProxyEventV2, Route], None]

_NO_NONE: Final = "none_required"
_LONGEST_NAME: Final = 64
"""Characters of a name that a request made up, so that an answer does not grow with it."""


class Validation(BaseMiddlewareHandler[Any]):
    """Runs before every operation."""

    def __init__(self, admit: Admit) -> None:
        """`admit` raises a `Problem` when the caller must not go on; it is asked before the body is read."""
        self._admit = admit
        self._fields = _Fields()  # type: ignore[no-untyped-call]

    def handler(self, app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
        """Check, and go on.

        Raises:
            Problem: the request is not one for the operation.
            RequestValidationError: a field is invalid; `invalid_fields` puts it in words.
        """
        route: Route = app.context["_route"]
        if not route.responses:  # the resolver's own, for paths that are none of ours
            return next_middleware(app)
        event: APIGatewayProxyEventV2 = app.current_event  # type: ignore[assignment]
        identify(event, route)
        self._admit(event, route)
        require_size(event, (route.openapi_extensions or {}).get("x-max-body-bytes", MAX_BODY))
        if route.dependant.body_params:
            require_media_type(event, JSON)
            text_body(event)
        known = {field.alias for field in route.dependant.query_params}
        if unknown := sorted(event.query_string_parameters.keys() - known):
            raise _invalid(FieldProblem(f"query.{name[:_LONGEST_NAME]}", "is not known") for name in unknown)
        return self._fields.handler(app, next_middleware)


class _Fields(OpenAPIRequestValidationMiddleware):
    """Powertools' own validation of fields, of bodies that are JSON for sure: it would compare media types by case."""

    def _get_body(self, app: ApiGatewayResolver) -> dict[str, Any]:
        return self._parse_json_data(app)


def identify(event: APIGatewayProxyEventV2, route: Route) -> None:
    """See that the caller is who the operation is for. API Gateway has looked first; this holds if it was told wrongly.

    Raises:
        Problem: 401 or 403.
    """
    for scheme in route.security or ():
        if FEEDS_SCHEME in scheme:
            for scope in scheme[FEEDS_SCHEME]:
                require_scope(event, scope)
        elif USER_SCHEME in scheme:
            require_scope(event, USER_SCOPE)


def invalid_fields(error: RequestValidationError) -> Problem:
    """A validator's findings as a problem: where, and what should be there, without what was there."""
    findings = error.errors()
    # A field that may be left out is a union with None: what its None has to say is no help, and its branches have
    # names that are no part of the request.
    unions = {tuple(found["loc"][:-1]) for found in findings if found["type"] == _NO_NONE}
    told = [found for found in findings if found["type"] != _NO_NONE]
    return _invalid(FieldProblem(_where(_without_branches(found["loc"], unions)), _words(found)) for found in told)


def _invalid(errors: Iterable[FieldProblem]) -> Problem:
    return Problem(422, "invalid", "a field is invalid", errors=errors)


def _without_branches(
    location: tuple[int | str, ...], unions: Collection[tuple[int | str, ...]]
) -> Sequence[int | str]:
    return [part for place, part in enumerate(location) if location[:place] not in unions]


def _where(location: Sequence[int | str]) -> str:
    return ".".join(str(part)[:_LONGEST_NAME] for part in location)


def _words(found: dict[str, Any]) -> str:
    match found["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not known"
        case "value_error":
            return str(found["msg"]).removeprefix("Value error, ")
    said = str(found["msg"])
    return said.removeprefix("Input ") if said.startswith("Input should") else said
