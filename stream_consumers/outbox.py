"""Stream of the suggestions table → one announcement each on the suggestions topic."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from divisa import bootstrap
from divisa.adapters.wire import suggestion_from_image
from divisa.domain.errors import InvalidInput
from divisa.observability import count, logger, metrics
from divisa.settings import OutboxSettings

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

    A record that holds no suggestion is logged and counted, and does not come again: it would hold up whoever comes
    after it for as long as a suggestion lives.

    Returns:
        No record to come again.

    Raises:
        NotifierUnavailable: the topic did not take them all; the mapping retries the batch, and what was announced is
            announced again, which delivers nothing twice.
    """
    suggestions: list[Suggestion] = []
    unreadable = 0
    for record in event["Records"]:
        change = record["dynamodb"]
        try:
            suggestions.append(suggestion_from_image(change["NewImage"]))
        except InvalidInput as error:
            unreadable += 1
            logger.error("no suggestion", extra={"problem": str(error), "sequence_number": change["SequenceNumber"]})
    if unreadable:
        count("SuggestionsUnreadable", unreadable)
    announced = _publish()(suggestions)
    count("SuggestionsAnnounced", announced)
    logger.info("announced suggestions", extra={"announced": announced})
    return {"batchItemFailures": []}
