"""An HTTP API as one Lambda function: routers in, a handler out; all answers have the same headers and problems."""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from api_handlers.problem import Problem, internal, problem_of
from api_handlers.request import json_object
from api_handlers.validation import Validation, invalid_fields
from divisa.domain.errors import DivisaError
from divisa.observability import count, duration, logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.event_handler.api_gateway import Route
    from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from api_handlers.validation import Admit

SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer: nothing is kept, sniffed, framed or sent in the clear."""


class Application:
    """A handler of API Gateway's HTTP API events, payload format 2.0."""

    def __init__(
        self,
        *routers: APIGatewayHttpRouter,
        admit: Admit | None = None,
        elsewhere: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        """An API of some routers.

        Args:
            routers: the operations.
            admit: raises a `Problem` when the caller of a route must not go on.
            elsewhere: paths of other functions, each with its methods; asked by another method, they come here.
        """
        self.routers = routers
        self._elsewhere = dict(elsewhere or {})
        self.resolver = APIGatewayHttpResolver(json_body_deserializer=json_object)
        self.resolver.use([Validation(admit or _everybody)])
        self.resolver.not_found(self._not_found)
        self._answers(Problem, lambda problem: problem)
        self._answers(DivisaError, _of_divisa)
        self._answers(RequestValidationError, invalid_fields)
        self._answers(Exception, _unexpected)
        for router in routers:
            self.resolver.include_router(router)

    @property
    def routes(self) -> list[Route]:
        """Every operation."""
        return [*self.resolver._static_routes, *self.resolver._dynamic_routes]  # noqa: SLF001 - it has no public list

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer one request; an error of ours is an answer too."""
        started = time.perf_counter()
        answer = self.resolver.resolve(event, context)
        answer["headers"] = {**SECURITY_HEADERS, **answer.get("headers", {})}
        answer["body"] = answer.get("body") or ""  # Not every gateway takes null for nothing.
        self._observe(event, answer["statusCode"], 1000 * (time.perf_counter() - started))
        return answer

    def _answers(self, error: type[Exception], problem_from: Callable[[Any], Problem]) -> None:
        def respond(raised: Exception) -> Response[str]:
            return problem_from(raised).response(self.resolver.current_event.path)

        self.resolver.exception_handler(error)(respond)

    def _not_found(self, _: Exception) -> Response[str]:
        path = self.resolver.current_event.path
        methods = {route.method for route in self.routes if route.rule.match(path)} | self._elsewhere.get(path, set())
        if not methods:
            raise Problem(404, "not_found", "there is no such path")
        allowed = {"Allow": ", ".join(sorted(methods))}
        raise Problem(405, "method_not_allowed", "the path has no such method", headers=allowed)

    def _observe(self, event: dict[str, Any], status: int, milliseconds: float) -> None:
        """One line and three figures a request: which operation and how it went, not who asked for what."""
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        found = [route for route in self.routes if route.method == method and route.rule.match(path)]
        operation = found[0].operation_id if found else "none"
        count("Requests")
        count(f"Answers{status // 100}xx")
        duration("Request", milliseconds)
        logger.info(
            "request",
            extra={
                "operation": operation,
                "status": status,
                "milliseconds": round(milliseconds, 1),
                "request": event["requestContext"].get("requestId"),
            },
        )


def _everybody(_: APIGatewayProxyEventV2, __: Route) -> None:
    """Nobody is turned away."""


def _of_divisa(error: DivisaError) -> Problem:
    problem = problem_of(error)
    return _unexpected(error) if problem.status == 500 else problem


def _unexpected(error: Exception) -> Problem:
    """Where it happened goes to the log; what an error says may hold the values that it happened with."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    logger.error("failed", extra={"error": type(error).__name__, "frames": frames[-12:]})
    count("Failures")
    return internal()
