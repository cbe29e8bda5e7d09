"""Queue of what SES says to emails → no more emails to who complained, nor to addresses that bounced for good."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from divisa.adapters.wire.feedback import email_feedback_from_json
from divisa.bootstrap import people
from divisa.observability import count, count_by_reason, logger, metrics
from divisa.settings import EmailFeedbackSettings
from stream_consumers.batch import EventType, process_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.services.take_feedback import TakeEmailFeedback


@cache
def _take() -> TakeEmailFeedback:
    return people.take_email_feedback(EmailFeedbackSettings.from_environment())


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Take one batch of the queue; the log says how many of each kind, not whose.

    Returns:
        The messages to be received again, by message id; after the queue's limit they go to its dead-letter queue.
    """
    kinds: Counter[str] = Counter()
    changed = 0

    def receive(record: SQSRecord) -> None:
        nonlocal changed
        feedback = email_feedback_from_json(record.body)
        changed += _take()(feedback)
        kinds[feedback.kind.value] += 1

    response = process_batch(event, context, EventType.SQS, receive)
    count_by_reason("EmailFeedback", kinds)
    count("EmailsEnded", changed)
    logger.info("took feedback", extra={"kinds": dict(kinds), "ended": changed})
    return response
