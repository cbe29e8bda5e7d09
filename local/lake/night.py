"""A night of a laptop cloud's lake: somebody is erased who asked for it, tables are kept up, files are crawled."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import boto3

from divisa.adapters.wire import erasure_request_to_json
from divisa.domain.errors import LaptopCloudError
from lake.erasing.markers import markers
from lake.loading.report import report
from local.lake.runs import PART
from local.lake.upkeep import upkeep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lake.contract.contract import Contract
    from lake.storage.objects import Objects
    from local.cloud import LaptopCloud

_PATIENCE_SECONDS: Final = 120.0
_POLL: Final = 0.3


def spend(
    cloud: LaptopCloud, objects: Objects, every: Mapping[str, Contract], user: str, say: Callable[[str], None]
) -> None:
    """Let a night go by.

    Args:
        cloud: runs.
        objects: its lake.
        every: contracts of the datasets that came in, by name.
        user: who has asked to be erased.
        say: told each step; never of whom.

    Raises:
        LaptopCloudError: a part of it failed, or took too long, or nobody knows what became of some rows.
    """
    sqs = boto3.client("sqs", **cloud.addresses.client_settings("sqs"))
    sqs.send_message(QueueUrl=cloud.deployment.erasure_queue_url, MessageBody=erasure_request_to_json(user).decode())
    sqs.close()
    _wait(lambda: bool(markers(objects)), "that somebody is to be erased")
    say("somebody has asked to be erased; it is night")
    upkeep(cloud, say)
    found = report(objects, every)
    if lost := sum(abs(each.unaccounted) for each in found):
        raise LaptopCloudError(PART, f"nobody knows what became of {lost} rows")
    say(f"{sum(each.erased for each in found)} rows were theirs")
    _crawl(cloud, say)


def _crawl(cloud: LaptopCloud, say: Callable[[str], None]) -> None:
    glue, name = boto3.client("glue", **cloud.addresses.client_settings("glue")), cloud.deployment.typed_crawler_name
    glue.start_crawler(Name=name)
    _wait(lambda: glue.get_crawler(Name=name)["Crawler"]["State"] == "READY", "the end of the crawl")
    crawled = glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]
    glue.close()
    if crawled["Status"] != "SUCCEEDED":
        raise LaptopCloudError(PART, f"the crawler {crawled['Status'].lower()}: {crawled.get('ErrorMessage')}")
    say("the typed files were crawled")


def _wait(until: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not until():
        if time.monotonic() > deadline:
            raise LaptopCloudError(PART, f"waited in vain for {what}")
        time.sleep(_POLL)
