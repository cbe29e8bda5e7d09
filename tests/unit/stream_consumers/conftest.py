"""What the handlers write, caught: log lines and metrics."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass
from logging import StreamHandler
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from divisa.observability import logger, metrics
from local.telemetry import counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools.utilities.typing import LambdaContext

SILENT = pytest.mark.filterwarnings("ignore:No application metrics to publish")
"""Powertools warns when an invocation that fails has counted nothing."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a function wrote to its log so far."""

    log: io.StringIO
    stdout: pytest.CaptureFixture[str]

    def text(self) -> str:
        """Log lines and metrics."""
        return self.log.getvalue() + self.stdout.readouterr().out

    def lines(self) -> list[dict[str, Any]]:
        """The log lines, without the metrics."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def counted(self) -> Counter[str]:
        """Sum of each count, and of each reason as `name: reason`; asks once."""
        found: Counter[str] = Counter()
        for line in self.stdout.readouterr().out.splitlines():
            document = json.loads(line)
            reason = document.pop("reason", None)
            for name, number in counts(json.dumps(document)).items():
                found[f"{name}: {reason}" if reason else name] += number
        return +found


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Output]:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Divisa")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")
    monkeypatch.setattr(metrics.provider, "namespace", "Divisa")
    [handler] = logger.handlers
    assert isinstance(handler, StreamHandler)
    log = io.StringIO()
    before = handler.setStream(log)
    yield Output(log, capsys)
    handler.setStream(before)
    metrics.clear_metrics()


@pytest.fixture
def context() -> LambdaContext:
    return cast(
        "LambdaContext",
        SimpleNamespace(function_name="test", aws_request_id="r-1", get_remaining_time_in_millis=lambda: 60_000),
    )
