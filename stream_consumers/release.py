"""Schedule → what quiet hours held back is let out at today's price, or dropped, once they are over."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from divisa import bootstrap
from divisa.domain.errors import DivisaError
from divisa.observability import count, count_by_reason, duration, logger, metrics
from divisa.services.release_held import Released
from divisa.settings import ReleaseSettings
from stream_consumers.deciding import count_unlogged

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.services.release_held import ReleaseHeld


class _Work(NamedTuple):
    release: ReleaseHeld
    per_run: int


@cache
def _work() -> _Work:
    settings = ReleaseSettings.from_environment()
    return _Work(bootstrap.release_held(settings), settings.releases_per_run)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Release what is due in each shard, of as many users as a run may; what the event says does not matter.

    Raises:
        DivisaError: of the first shard that failed, once every shard has had its turn; the next run goes on.
    """
    started = time.perf_counter()
    release, per_run = _work()
    done = Released()
    problems: list[DivisaError] = []
    for shard in range(shards := release.held.shards):
        share = -(-(per_run - done.users) // (shards - shard))
        try:
            done.add(release(shard, share))
        except DivisaError as error:
            problems.append(error)
            logger.error(
                "a shard was not released", extra={"shard": shard, "problem": f"{type(error).__name__}: {error}"}
            )
    count("UsersReleased", done.users)
    count("SuggestionsReleased", done.told)
    count_by_reason("SuggestionsDropped", done.dropped)
    count("SuggestionsHeldAgain", done.held)
    count("ReleasesWaiting", done.waiting)
    count("ReleasesRaced", done.raced)
    count_unlogged(done.unlogged)
    count("ReleasesFull", int(done.users >= per_run))
    duration("ReleaseRun", 1000 * (time.perf_counter() - started))
    logger.info("released suggestions", extra={"users": done.users, "told": done.told})
    if problems:
        raise problems[0]
