"""What the functions counted, read from their logs: metrics in the embedded metric format (EMF)."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from local.addresses import Addresses


def totals(addresses: Addresses, function_name: str) -> Counter[str]:
    """Sum of each metric that a function has written without a reason, by name.

    Args:
        addresses: the running laptop cloud.
        function_name: the deployed function's name.
    """
    logs = boto3.client("logs", **addresses.client_settings("logs"))
    found: Counter[str] = Counter()
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function_name}")
        for page in pages:
            for event in page["events"]:
                found.update(_metrics(event["message"]))
    finally:
        logs.close()
    return found


def _metrics(line: str) -> dict[str, int]:
    """The counts in a line of a log; empty when it is no metric, or one of a single reason."""
    try:
        document: Any = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(document, dict) or "_aws" not in document or "reason" in document:
        return {}
    named = [metric for group in document["_aws"]["CloudWatchMetrics"] for metric in group["Metrics"]]
    return {
        metric["Name"]: round(sum(_values(document.get(metric["Name"], 0))))
        for metric in named
        if metric["Unit"] == "Count"
    }


def _values(value: Any) -> list[float]:
    return value if isinstance(value, list) else [value]
