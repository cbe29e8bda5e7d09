"""Queue of people who asked to be erased → each erased, and looked for once more."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from divisa.adapters.wire import erasure_request_from_json
from divisa.bootstrap import people
from divisa.observability import count, logger, metrics
from divisa.settings import ErasureSettings
from stream_consumers.batch import EventType, process_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.services.erase_person import ErasePerson


@cache
def _erase() -> ErasePerson:
    return people.erase_person(ErasureSettings.from_environment())


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Erase the people of one batch of the queue; the log says how many, not who.

    Returns:
        The messages to be received again, by message id; after the queue's limit they go to its dead-letter queue.
    """
    erased = looked_for_again = 0

    def receive(record: SQSRecord) -> None:
        nonlocal erased, looked_for_again
        if _erase()(erasure_request_from_json(record.body)):
            erased += 1
        else:
            looked_for_again += 1

    response = process_batch(event, context, EventType.SQS, receive)
    count("PeopleErased", erased)
    logger.info("erased people", extra={"erased": erased, "looked_for_again": looked_for_again})
    return response
