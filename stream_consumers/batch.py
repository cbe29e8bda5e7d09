"""One batch of a stream or queue: each record succeeds, or is logged and named in the response."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from divisa.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

__all__ = ["EventType", "process_batch"]


def process_batch(
    event: dict[str, Any], context: LambdaContext, source: EventType, handle: Callable[[Any], None]
) -> PartialItemFailureResponse:
    """Handle every record of an event.

    Returns:
        The records whose handling raised; why is logged, each error once with the number of records that it hit. They
        are counted, too: to Lambda an answer that names some of a batch's records is no error.
    """
    processor = BatchProcessor(source, raise_on_entire_batch_failure=False)
    response = process_partial_response(event, handle, processor, context)
    problems = Counter(f"{type(error).__name__}: {error}" for _, error, _ in processor.exceptions)
    for problem, records in problems.items():
        logger.error("records failed", extra={"problem": problem, "records": records})
    if problems:
        count("RecordsFailed", problems.total())
    return response
