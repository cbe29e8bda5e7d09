"""Stream of the suggestions table → one announcement a channel on the suggestions topic."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from divisa import bootstrap
from divisa.adapters.wire import suggestion_from_image
from divisa.observability import count, logger, metrics
from divisa.settings import OutboxSettings
from stream_consumers.batch import EventType, process_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.services.publish_suggestions import PublishSuggestions


@cache
def _publish() -> PublishSuggestions:
    return bootstrap.publish_suggestions(OutboxSettings.from_environment())


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Announce the suggestions of one batch of inserts.

    Returns:
        The records that could not be announced, by sequence number: the mapping continues at the first of them.
    """
    announced = 0

    def announce(record: dict[str, Any]) -> None:
        nonlocal announced
        announced += _publish()([suggestion_from_image(record["dynamodb"]["NewImage"])])

    response = process_batch(event, context, EventType.DynamoDBStreams, announce)
    count("SuggestionsAnnounced", announced)
    logger.info("announced suggestions", extra={"announced": announced})
    return response
