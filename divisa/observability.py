"""Logs and metrics of the entrypoints: structured, without private data.

A log line carries counts, codes and ids of records; never a phone number, an address, a token or a balance. Metrics
are counted in the embedded metric format, so that writing one is writing a line.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

if TYPE_CHECKING:
    from collections.abc import Mapping

# An invocation that failed before it counted anything says so by its error, not by a warning about metrics.
warnings.filterwarnings("ignore", message="No application metrics to publish", module="aws_lambda_powertools")

logger = Logger()
metrics = Metrics()


def count(name: str, value: int = 1) -> None:
    """Count events of one kind in this invocation."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def count_by_reason(name: str, reasons: Mapping[str, int]) -> None:
    """Count events of one kind, a time series a reason code, and all of them together."""
    for reason, value in reasons.items():
        with single_metric(name=name, unit=MetricUnit.Count, value=value) as metric:
            metric.add_dimension("reason", reason)
    if reasons:
        count(name, sum(reasons.values()))


def report_policy(problem: str) -> None:
    """Count and log that a change of the policy's knobs was not taken, and that those before it count."""
    logger.error("a change of the policy was not taken; what was right before goes on", extra={"problem": problem})
    count("PolicyNotTaken")


def age(name: str, seconds: float, **dimensions: str) -> None:
    """Record how old something is, in seconds, a time series for each value of the dimensions."""
    with single_metric(name=name, unit=MetricUnit.Seconds, value=seconds) as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(dimension, value)


def duration(name: str, milliseconds: float) -> None:
    """Record how long something took, in milliseconds."""
    metrics.add_metric(name=name, unit=MetricUnit.Milliseconds, value=milliseconds)
