"""Schedule → the watches that have grown old, or that an earlier model decided about, are evaluated again."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from divisa import bootstrap
from divisa.domain.errors import DivisaError
from divisa.observability import count, duration, logger, metrics
from divisa.services.suggest import Outcome
from divisa.settings import RefreshSettings, served_pairs
from stream_consumers.deciding import count_outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.pair import Pair
    from divisa.services.refresh_watches import RefreshWatches


class _Work(NamedTuple):
    refresh: RefreshWatches
    pairs: Sequence[Pair]
    per_run: int


@cache
def _work() -> _Work:
    settings = RefreshSettings.from_environment()
    return _Work(bootstrap.refresh_watches(settings), sorted(served_pairs(settings)), settings.refreshes_per_run)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Refresh the stale watches of each served pair, as many as a run may; what the event says does not matter.

    Raises:
        DivisaError: of the first pair that failed, once every pair has had its turn; the next run goes on.
    """
    started = time.perf_counter()
    work = _work()
    done, full = Outcome(), 0
    problems: list[DivisaError] = []
    for pair in work.pairs:
        try:
            outcome = work.refresh(pair, work.per_run)
        except DivisaError as error:
            problems.append(error)
            logger.error(
                "a pair was not refreshed", extra={"pair": str(pair), "problem": f"{type(error).__name__}: {error}"}
            )
            continue
        done.add(outcome)
        full += outcome.evaluated >= work.per_run
    count_outcome(done)
    count("RefreshesFull", full)
    duration("RefreshRun", 1000 * (time.perf_counter() - started))
    logger.info("refreshed watches", extra={"evaluated": done.evaluated, "moved": done.moved})
    if problems:
        raise problems[0]
