"""Kinesis `quotes` → gate, market state, and a decision about the watches that a price breaks."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from divisa import bootstrap
from divisa.adapters.aws.arrivals import read_arrivals
from divisa.observability import count, count_by_reason, duration, logger, metrics
from divisa.settings import QuotesSettings
from stream_consumers.batch import EventType, process_batch
from stream_consumers.deciding import count_outcome

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.services.apply_quotes import ApplyQuotes, Arrival, Report


@cache
def _apply() -> ApplyQuotes:
    return bootstrap.apply_quotes(QuotesSettings.from_environment())


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Apply one batch of the stream.

    Returns:
        The records that could not be read as stream records, by sequence number: the mapping continues at the first
        of them. Records that are no quotes go to quarantine and count as handled.

    Raises:
        DivisaError: a store failed or another consumer was faster; the mapping retries and bisects the batch.
    """
    started = time.perf_counter()
    arrivals: list[Arrival] = []
    unread = False

    def read(record: KinesisStreamRecord) -> None:
        nonlocal unread
        if unread:
            return  # nothing behind an unread record may be applied before it: positions only grow
        try:
            arrivals.extend(_read(record))
        except Exception:
            unread = True
            raise

    response = process_batch(event, context, EventType.KinesisDataStreams, read)
    report = _apply()(arrivals)
    _observe(report, len(arrivals), 1000 * (time.perf_counter() - started))
    return response


def _read(record: KinesisStreamRecord) -> list[Arrival]:
    return read_arrivals(
        record.kinesis.data_as_bytes(),
        record.kinesis.sequence_number,
        record.kinesis.partition_key,
        datetime.fromtimestamp(record.kinesis.approximate_arrival_timestamp, UTC),
    )


def _observe(report: Report, arrived: int, milliseconds: float) -> None:
    count("QuotesAccepted", report.accepted)
    count("QuotesRedelivered", report.redelivered)
    count_by_reason("QuotesRejected", report.rejected)
    count_outcome(report.outcome)
    count("BatchesPutOff", report.put_off)
    count("EvaluationsPostponed", len(report.postponed))
    count("BarsUnwritten", len(report.bars_unwritten))
    duration("QuotesBatch", milliseconds)
    for problem in report.postponed:
        logger.error("the decision is left to the next quote", extra={"problem": problem})
    for problem in report.bars_unwritten:
        logger.error("the bars are left to the pair's next batch", extra={"problem": problem})
    logger.info(
        "applied quotes",
        extra={
            "arrived": arrived,
            "accepted": report.accepted,
            "rejected": dict(report.rejected),
            "evaluated": report.outcome.evaluated,
            "moved": report.outcome.moved,
            "put_off": report.put_off,
        },
    )
