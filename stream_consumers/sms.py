"""Queue of SMS announcements → one SMS each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from divisa import bootstrap
from divisa.observability import metrics
from divisa.settings import SmsSettings
from stream_consumers.delivery import Sender, deliver_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext


@cache
def _sender() -> Sender:
    settings = SmsSettings.from_environment()
    return Sender(bootstrap.deliver_by_sms(settings), settings.delivery_tries)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Deliver one batch of the queue; see `deliver_batch`."""
    return deliver_batch(event, context, _sender())
