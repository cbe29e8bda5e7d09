"""Streams of the suggestions' and the outcomes' table → the doors of the lake."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from divisa import bootstrap
from divisa.adapters.wire import suggestion_from_image
from divisa.adapters.wire.outcome import outcome_from_image
from divisa.observability import count, logger, metrics
from divisa.settings import ToLakeSettings
from stream_consumers.batch import EventType, process_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion
    from divisa.services.carry_to_lake import CarryToLake


class _Work(NamedTuple):
    carry: CarryToLake
    outcomes_table: str


@cache
def _work() -> _Work:
    settings = ToLakeSettings.from_environment()
    return _Work(bootstrap.carry_to_lake(settings), f":table/{settings.table_prefix}outcomes/")


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Carry what was written by one batch of a table's stream.

    Returns:
        The records that hold neither a suggestion nor an outcome, by sequence number: the mapping continues at the
        first of them.

    Raises:
        StreamUnavailable: a door did not take them all; the mapping retries the batch, and what was handed in is handed
            in again, which is once in the lake.
    """
    carry, outcomes_table = _work()
    suggestions: list[Suggestion] = []
    outcomes: list[Outcome] = []

    def read(record: dict[str, Any]) -> None:
        image = record["dynamodb"]["NewImage"]
        if outcomes_table in record["eventSourceARN"]:
            outcomes.append(outcome_from_image(image))
        else:
            suggestions.append(suggestion_from_image(image))

    response = process_batch(event, context, EventType.DynamoDBStreams, read)
    carried = carry(suggestions, outcomes)
    count("RowsCarried", carried)
    logger.info("carried rows to the lake", extra={"carried": carried})
    return response
