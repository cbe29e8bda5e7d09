"""Stream of the suggestions table → one announcement each on the suggestions topic."""

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

    from divisa.domain.suggestion import Suggestion
    from divisa.services.publish_suggestions import PublishSuggestions


@cache
def _publish() -> PublishSuggestions:
    return bootstrap.publish_suggestions(OutboxSettings.from_environment())


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Announce the suggestions of one batch: those that were inserted, and those that were held and let out.

    Returns:
        The records that hold no suggestion, by sequence number: the mapping continues at the first of them.

    Raises:
        NotifierUnavailable: the topic did not take them all; the mapping retries the batch, and what was announced is
            announced again, which delivers nothing twice.
    """
    suggestions: list[Suggestion] = []

    def read(record: dict[str, Any]) -> None:
        suggestions.append(suggestion_from_image(record["dynamodb"]["NewImage"]))

    response = process_batch(event, context, EventType.DynamoDBStreams, read)
    announced = _publish()(suggestions)
    count("SuggestionsAnnounced", announced)
    logger.info("announced suggestions", extra={"announced": announced})
    return response
