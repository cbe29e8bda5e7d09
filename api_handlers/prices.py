"""The webhook by which providers deliver prices: a function of its own, since no user's token opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api_handlers.app import Application
from api_handlers.routes import prices
from divisa.observability import metrics

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

ROUTERS = (prices.router,)

application = Application(*ROUTERS, admit=prices.admit_provider)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return application(event, context)
