"""Queue of shards in which a price broke many watches → each worked off, at the newest price there is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from divisa import bootstrap
from divisa.adapters.wire import backlog_request_from_json
from divisa.observability import logger, metrics
from divisa.services.suggest import Outcome
from divisa.settings import BacklogSettings
from stream_consumers.batch import EventType, process_batch
from stream_consumers.deciding import count_outcome

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.services.work_off import WorkOff

CHUNK_MILLISECONDS: Final = 30_000
"""The longest that one chunk takes: a model that hangs is given up after 20 seconds, the tables take some more."""


@cache
def _work_off() -> WorkOff:
    return bootstrap.work_off(BacklogSettings.from_environment())


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Work off the shards of one batch of the queue.

    Returns:
        The messages to be received again, by message id; after the queue's limit they go to its dead-letter queue.
    """
    done = Outcome()

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > CHUNK_MILLISECONDS

    def receive(record: SQSRecord) -> None:
        pair, shard = backlog_request_from_json(record.body)
        done.add(_work_off()(pair, shard, has_time))

    response = process_batch(event, context, EventType.SQS, receive)
    count_outcome(done)
    logger.info("worked off shards", extra={"evaluated": done.evaluated, "moved": done.moved})
    return response
