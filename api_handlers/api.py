"""The app's API: everything behind the user's token, and what needs none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
)
from divisa.observability import metrics

if TYPE_CHECKING:
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
)

application = Application(*ROUTERS)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return application(event, context)
