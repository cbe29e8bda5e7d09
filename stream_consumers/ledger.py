"""Stream of the ledger's table → one record an entry on Kinesis `transactions`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from divisa import bootstrap
from divisa.adapters.wire import entry_from_image
from divisa.observability import count, logger, metrics
from divisa.settings import LedgerSettings
from stream_consumers.batch import EventType, process_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.ledger import LedgerEntry
    from divisa.ports import LedgerStream


@cache
def _stream() -> LedgerStream:
    return bootstrap.ledger_stream(LedgerSettings.from_environment())


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Publish the entries of one batch of inserts.

    Returns:
        The records that hold no entry, by sequence number: the mapping continues at the first of them.

    Raises:
        StreamUnavailable: the stream did not take them all; the mapping retries the batch, and what was published is
            published again, which folds nothing twice.
    """
    entries: list[LedgerEntry] = []

    def read(record: dict[str, Any]) -> None:
        entries.append(entry_from_image(record["dynamodb"]["NewImage"]))

    response = process_batch(event, context, EventType.DynamoDBStreams, read)
    published = _stream().publish(entries)
    count("EntriesPublished", published)
    logger.info("published ledger entries", extra={"published": published})
    return response
