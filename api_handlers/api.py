"""The app's API: everything behind the user's token, and what needs none."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from api_handlers.admission import Admission
from api_handlers.app import Application
from api_handlers.routes import (
    devices,
    feeds,
    health,
    history,
    me,
    openapi,
    portfolio,
    preferences,
    quotes,
    suggestions,
    transactions,
    unsubscribe,
)
from api_handlers.security import USER_SCHEME
from divisa.bootstrap import api, people
from divisa.observability import metrics
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.api_gateway import Route
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
    from aws_lambda_powertools.utilities.typing import LambdaContext

ROUTERS = (
    devices.router,
    feeds.router,
    health.router,
    history.router,
    me.router,
    openapi.router,
    portfolio.router,
    preferences.router,
    quotes.router,
    suggestions.router,
    transactions.router,
    unsubscribe.router,
)


@cache
def _admission() -> Admission:
    settings = ApiSettings.from_environment()
    return Admission(api.throttle(settings), people.admit(settings), api.wall())


def _admit(event: APIGatewayProxyEventV2, route: Route) -> None:
    """Built with the first request that is a user's: health and the document need none of it."""
    if USER_SCHEME in {name for scheme in route.security or () for name in scheme}:
        _admission()(event, route)


application = Application(*ROUTERS, admit=_admit, elsewhere={"/v1/prices": frozenset({"POST"})})


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return application(event, context)
