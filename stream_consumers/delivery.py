"""What the channel consumers share: a queue of announcements, each delivered or named in the response."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from divisa.adapters.wire import suggestion_from_json
from divisa.domain.suggestion import DeliveryStatus
from divisa.observability import count, count_by_reason, logger
from divisa.ports import Announcement
from stream_consumers.batch import EventType, process_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.services.deliver import Deliver


class Sender(NamedTuple):
    """What a channel's function works with.

    Attributes:
        deliver: the use case.
        tries: how often the queue hands a message out.
    """

    deliver: Deliver
    tries: int


def deliver_batch(event: dict[str, Any], context: LambdaContext, sender: Sender) -> PartialItemFailureResponse:
    """Deliver the suggestions of one batch of a channel's queue.

    Returns:
        The messages to be received again, by message id; after the queue's limit they go to its dead-letter queue.
    """
    statuses: Counter[str] = Counter()

    def receive(record: SQSRecord) -> None:
        is_last = int(record.attributes.approximate_receive_count) >= sender.tries
        announcement = Announcement(suggestion_from_json(record.body), sender.deliver.channel)
        status = sender.deliver(announcement, is_last=is_last)
        statuses[status.value] += 1

    response = process_batch(event, context, EventType.SQS, receive)
    count_by_reason("Deliveries", statuses)
    if without_budget := statuses[DeliveryStatus.NO_BUDGET.value]:
        count("DeliveriesWithoutBudget", without_budget)
    if uncertain := statuses[DeliveryStatus.UNCERTAIN.value]:
        count("DeliveriesUncertain", uncertain)
    if expired := statuses[DeliveryStatus.EXPIRED.value]:
        count("DeliveriesExpired", expired)
    logger.info("delivered", extra={"channel": sender.deliver.channel.value, "statuses": dict(statuses)})
    return response
