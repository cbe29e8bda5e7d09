"""Schedule → what became of suggestions is written down, an hour, a day and a week after each."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from divisa import bootstrap
from divisa.observability import count, duration, logger, metrics
from divisa.settings import OutcomesSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.services.settle_outcomes import SettleOutcomes


class _Work(NamedTuple):
    settle: SettleOutcomes
    per_run: int


@cache
def _work() -> _Work:
    settings = OutcomesSettings.from_environment()
    return _Work(bootstrap.settle_outcomes(settings), settings.outcomes_per_run)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Write what is due, as much as a run may; what the event says does not matter.

    Raises:
        StoreUnavailable: a table did not answer; the next run goes on.
    """
    started = time.perf_counter()
    settle, per_run = _work()
    try:
        written = settle(per_run)
    finally:
        duration("OutcomesRun", 1000 * (time.perf_counter() - started))
    count("OutcomesWritten", written)
    count("OutcomesFull", int(written >= per_run))
    logger.info("wrote outcomes", extra={"written": written})
