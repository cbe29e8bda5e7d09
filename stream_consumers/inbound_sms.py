"""Queue of text messages that people sent to us → consent withdrawn of who wants no more."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from divisa.adapters.wire.feedback import inbound_sms_from_json
from divisa.bootstrap import people
from divisa.observability import count, count_by_reason, logger, metrics
from divisa.settings import InboundSmsSettings
from stream_consumers.batch import EventType, process_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.services.take_feedback import TakeSms


@cache
def _take() -> TakeSms:
    return people.take_sms(InboundSmsSettings.from_environment())


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Take one batch of the queue; the log says how many asked for what, not who, and nothing that they wrote.

    Returns:
        The messages to be received again, by message id; after the queue's limit they go to its dead-letter queue.
    """
    kinds: Counter[str] = Counter()
    left = 0

    def receive(record: SQSRecord) -> None:
        nonlocal left
        message = inbound_sms_from_json(record.body)
        concerned = _take()(message.origination_number, message.message_body)
        kinds["other" if concerned is None else "opt_out"] += 1
        left += concerned or 0

    response = process_batch(event, context, EventType.SQS, receive)
    count_by_reason("InboundSms", kinds)
    count("SmsConsentsWithdrawn", left)
    logger.info("took inbound texts", extra={"kinds": dict(kinds), "withdrawn": left})
    return response
