"""Kinesis `transactions` → summaries folded, watches evaluated again."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from divisa import bootstrap
from divisa.adapters.wire import entry_from_json
from divisa.observability import count, duration, logger, metrics
from divisa.settings import TransactionsSettings
from stream_consumers.batch import EventType, process_batch
from stream_consumers.deciding import count_outcome

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.ledger import LedgerEntry
    from divisa.services.fold_ledger import FoldLedger, FoldReport


@cache
def _fold() -> FoldLedger:
    return bootstrap.fold_ledger(TransactionsSettings.from_environment())


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Fold one batch of the stream.

    Returns:
        The records that are no ledger entries, by sequence number: the mapping continues at the first of them. Those
        behind it are folded all the same, since the ledger and not the stream says what comes after what.

    Raises:
        DivisaError: a store failed or another consumer was faster; the mapping retries and bisects the batch.
    """
    started = time.perf_counter()
    entries: list[LedgerEntry] = []

    def read(record: KinesisStreamRecord) -> None:
        entries.append(entry_from_json(record.kinesis.data_as_bytes()))

    response = process_batch(event, context, EventType.KinesisDataStreams, read)
    report = _fold()(entries)
    _observe(report, len(entries), 1000 * (time.perf_counter() - started))
    return response


def _observe(report: FoldReport, arrived: int, milliseconds: float) -> None:
    count("EntriesFolded", report.folded)
    count("EntriesRedelivered", report.redelivered)
    count("EntriesMissing", report.missing)
    count("WatchesBegun", report.watched)
    count_outcome(report.outcome)
    count("EvaluationsPostponed", len(report.postponed))
    duration("TransactionsBatch", milliseconds)
    for problem in report.postponed:
        logger.error("the decision is left to the next quote", extra={"problem": problem})
    logger.info(
        "folded transactions",
        extra={
            "arrived": arrived,
            "folded": report.folded,
            "redelivered": report.redelivered,
            "missing": report.missing,
            "evaluated": report.outcome.evaluated,
            "moved": report.outcome.moved,
        },
    )
