"""Queue of push announcements → one notification each, on every device of its reader."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from divisa import bootstrap
from divisa.observability import metrics
from divisa.settings import PushSettings
from stream_consumers.delivery import deliver_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.services.deliver import Deliver


@cache
def _deliver() -> Deliver:
    return bootstrap.deliver_by_push(PushSettings.from_environment())


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Deliver one batch of the queue; see `deliver_batch`."""
    return deliver_batch(event, context, _deliver())
