"""What the functions counted, read from their logs: metrics in the embedded metric format (EMF)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import boto3
import msgspec

if TYPE_CHECKING:
    from local.addresses import Addresses


class _Metric(msgspec.Struct):
    Name: str
    Unit: str = "None"


class _Group(msgspec.Struct):
    Metrics: list[_Metric]


class _Directive(msgspec.Struct):
    CloudWatchMetrics: list[_Group]


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
                found.update(counts(event["message"]))
    finally:
        logs.close()
    return found


def counts(line: str) -> dict[str, int]:
    """The counts in a line of a log, by metric; empty when it is no metric, or one of a single reason."""
    try:
        document = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        if "_aws" not in document or "reason" in document:
            return {}
        groups = msgspec.json.decode(document["_aws"], type=_Directive).CloudWatchMetrics
        return {
            metric.Name: round(sum(_values(document[metric.Name])))
            for group in groups
            for metric in group.Metrics
            if metric.Unit == "Count" and metric.Name in document
        }
    except msgspec.MsgspecError:
        return {}


def _values(value: msgspec.Raw) -> list[float]:
    found = msgspec.json.decode(value, type=float | list[float])
    return found if isinstance(found, list) else [found]
