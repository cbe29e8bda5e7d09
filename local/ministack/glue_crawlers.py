"""Runs the crawlers of MiniStack's Glue for real, where it would only say that they succeeded."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import error_response_json, get_region, json_response, new_uuid
from ministack.services import glue

COUNTS = ("TablesCreated", "TablesUpdated")
_CRAWLED = "_crawled"


def patch() -> None:
    """Put this in the place of what MiniStack does."""
    measure, restore = glue._get_crawler_metrics, glue._restore_state

    def get_crawler_metrics(request: dict[str, Any]) -> Any:
        metrics = json.loads(measure(request)[2])["CrawlerMetricsList"]
        counted = [{**each, **glue._crawlers[each["CrawlerName"]].get(_CRAWLED, {})} for each in metrics]
        return json_response({"CrawlerMetricsList": counted})

    def restore_state(data: dict[str, Any]) -> None:
        restore(data)
        for crawler in glue._crawlers.all_values():
            if crawler["State"] != "READY":
                crawler["State"] = "READY"

    glue._get_crawler_metrics, glue._restore_state = get_crawler_metrics, restore_state
    glue._start_crawler = start_crawler


def start_crawler(request: dict[str, Any]) -> Any:
    """Glue's StartCrawler."""
    name = request.get("Name")
    crawler = glue._crawlers.get(name)
    if crawler is None:
        return error_response_json("EntityNotFoundException", f"Crawler entry with name {name} does not exist")
    if crawler["State"] != "READY":
        return error_response_json("CrawlerRunningException", f"Crawler with name {name} has already started")
    crawler["State"] = "RUNNING"
    spawn_background(_carry_out, crawler, thread_name=f"crawler-{name}")
    return json_response({})


def _carry_out(crawler: dict[str, Any]) -> None:
    began = time.time()
    last = {
        "StartTime": began,
        "LogGroup": "/aws-glue/crawlers",
        "LogStream": crawler["Name"],
        "MessagePrefix": new_uuid(),
    }
    try:
        crawler[_CRAWLED] = _crawl(crawler)
        last["Status"] = "SUCCEEDED"
    except Exception as error:  # noqa: BLE001 - whatever it is, the crawl has failed and who waits for it must be told
        last.update(Status="FAILED", ErrorMessage=str(error))
    crawler["CrawlElapsedTime"] = int((time.time() - began) * 1000)
    if crawler["State"] != "RUNNING":
        last["Status"] = "CANCELLED"
    crawler["LastCrawl"], crawler["State"] = last, "READY"


def _crawl(crawler: dict[str, Any]) -> dict[str, int]:
    from local.ministack.athena.catalog import catalog_of
    from local.ministack.crawling.crawl import crawl

    catalog = catalog_of(f"http://{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}", get_region())
    targets = [target["Path"] for target in crawler["Targets"].get("S3Targets", [])]
    crawled = crawl(catalog, crawler["DatabaseName"], targets, crawler.get("TablePrefix") or "")
    return dict(zip(COUNTS, (len(crawled.created), len(crawled.updated)), strict=True))
