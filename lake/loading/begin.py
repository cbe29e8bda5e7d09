"""A run of the lake begins → what there is to do is written down and told; the schedule's runs look at promises."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import msgspec

from divisa.domain.errors import InvalidInput
from divisa.observability import age, count, logger, metrics
from divisa.settings import Settings
from lake.contract.datasets import datasets
from lake.loading.plan import Request
from lake.loading.planning import plan
from lake.loading.promises import told
from lake.storage.s3 import S3Objects

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class PlanSettings(Settings, frozen=True, kw_only=True, rename=str.upper):
    """What planning a run needs to know."""

    lake_bucket: str
    """Bucket of the lake."""


@cache
def _lake() -> S3Objects:
    return S3Objects(boto3.client("s3"), PlanSettings.from_environment().lake_bucket)


def _measure() -> None:
    """Count the datasets of which a promise is broken, and record how old the newest file of each is."""
    now = datetime.now(UTC)
    promises = list(told(_lake()))
    for each in promises:
        age("LakeDatasetAge", (now - each.newest).total_seconds(), dataset=each.dataset)
    stale = [each.dataset for each in promises if not each.is_fresh(now)]
    unclean = [each.dataset for each in promises if not each.is_clean]
    count("LakeDatasetsStale", len(stale))
    count("LakeDatasetsUnclean", len(unclean))
    if stale or unclean:
        logger.warning("promises are broken", extra={"stale": stale, "unclean": unclean})


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Plan a run.

    Args:
        event: `run`, its name, and `request` (`lake.loading.plan.Request`).
        context: of Lambda; unused.

    Returns:
        `files`, how many landed, and `work`, whether there is anything to do at all.

    Raises:
        InvalidInput: the request is none, or names a dataset that there is not.
        StoreUnavailable: the bucket did not answer; the same run may be planned again.
    """
    try:
        request = msgspec.convert(event.get("request"), Request)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"the run's request cannot be read: {error}") from None
    found = plan(_lake(), datasets(), event["run"], request)
    count("LakeFilesLanded", len(found.keys))
    if request == Request():
        _measure()
    logger.info("planned", extra={"run": event["run"], "files": len(found.keys), "datasets": found.datasets})
    return {"files": len(found.keys), "work": bool(found.datasets)}
