"""Whether the API works, for monitors: no token, and nothing of anybody in the answer."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.health import HealthAnswer
from api_handlers.responses import answer, documented, success

router = APIGatewayHttpRouter()


@router.get(
    "/v1/health",
    operation_id="get_health",
    tags=["operations"],
    summary="How the API fares",
    responses=documented({200: success("It works", HealthAnswer)}, authorized=False),
)
def get_health() -> Response[str]:
    """Say that the function runs."""
    return answer(200, HealthAnswer(status="ok"))
