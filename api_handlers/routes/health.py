"""Whether the API works, for monitors: no token, and nothing of anybody in the answer."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.health import Dependencies, HealthAnswer, QuoteAgeAnswer
from api_handlers.responses import JSON, answer, documented, success
from divisa.bootstrap import market
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.services.check_health import CheckHealth, QuoteAge

router = APIGatewayHttpRouter()
_RESPONSES: Final[Any] = documented({200: success("The API answers", HealthAnswer)}, authorized=False)
_RESPONSES[503]["description"] = "The tables do not answer, so nothing works; or something failed before that was known"
_RESPONSES[503]["content"][JSON] = {"model": HealthAnswer}


@cache
def _check() -> CheckHealth:
    return market.check_health(ApiSettings.from_environment())


@router.get(
    "/v1/health",
    operation_id="get_health",
    tags=["operations"],
    summary="How the API fares",
    responses=_RESPONSES,
)
def get_health() -> Response[str]:
    """Say whether the tables answer, and how old the prices are."""
    health = _check()()
    body = HealthAnswer(
        status="ok" if health.is_ok else "degraded",
        dependencies=Dependencies(tables=health.tables, prices=health.prices),
        quotes=[_age(each) for each in health.quotes],
    )
    return answer(200 if health.answers else 503, body, {} if health.answers else {"Retry-After": "5"})


def _age(quote: QuoteAge) -> QuoteAgeAnswer:
    age = None if quote.age is None else round(max(quote.age.total_seconds(), 0.0), 1)
    return QuoteAgeAnswer(pair=quote.pair, age_seconds=age)
