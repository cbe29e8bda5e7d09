"""Queue of email announcements → one email each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from divisa import bootstrap
from divisa.observability import metrics
from divisa.settings import EmailSettings
from stream_consumers.delivery import Sender, deliver_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext


@cache
def _sender() -> Sender:
    settings = EmailSettings.from_environment()
    return Sender(bootstrap.deliver_by_email(settings), settings.delivery_tries)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Deliver one batch of the queue; see `deliver_batch`."""
    return deliver_batch(event, context, _sender())
