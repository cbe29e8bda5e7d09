"""Schedule → what is new of the sources is fetched into the lake."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import boto3
import msgspec
from botocore.config import Config

from divisa.adapters.aws import clients
from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import StoreUnavailable
from divisa.observability import count, duration, logger, metrics
from divisa.settings import Settings
from lake.doors.download import Downloader
from lake.doors.landing import Landing
from lake.doors.pull import Pull
from lake.doors.sources import sources_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lake.doors.sources import Source

BEGIN_WITHIN: Final = 240.0
"""Seconds of a run after which no source is begun: with all its tries one takes nine minutes at the most."""


class PullSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """What the pull needs to know."""

    lake_bucket: str
    """Bucket of the lake."""
    sources_secret_id: str
    """Secret with the list of sources, as `lake.doors.sources` reads it."""


class _Work(NamedTuple):
    pull: Pull
    secret_id: str


@cache
def _work() -> _Work:
    settings = PullSettings.from_environment()
    # A file of a gigabyte takes its time until S3 has put it together.
    s3 = boto3.client("s3", config=Config(connect_timeout=1.0, read_timeout=60.0, retries={"total_max_attempts": 3}))
    return _Work(Pull(Downloader(), Landing(s3, settings.lake_bucket)), settings.sources_secret_id)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Fetch what is new of all sources; what the event says does not matter.

    Raises:
        InvalidSetting: the secret is no list of sources.
        StoreUnavailable: it cannot be read; the next run tries again.
    """
    started = time.perf_counter()
    pull, secret_id = _work()
    pulled = pull(_sources(secret_id), seconds=BEGIN_WITHIN)
    duration("PullRun", 1000 * (time.perf_counter() - started))
    count("SourcesLanded", len(pulled.landed))
    count("SourcesUnchanged", len(pulled.unchanged))
    count("SourcesFailed", len(pulled.failed))
    for name, problem in pulled.failed.items():
        logger.error("a source was not fetched", extra={"source": name, "problem": problem})
    logger.info("fetched sources", extra=msgspec.to_builtins(pulled))


def _sources(secret_id: str) -> tuple[Source, ...]:
    """The sources of today; asked for at each run, so that a change needs no deployment."""
    try:
        return sources_of(clients.secretsmanager().get_secret_value(SecretId=secret_id)["SecretString"])
    except AWS_ERRORS as error:
        raise StoreUnavailable(f"the list of sources: {code_of(error)}") from error
