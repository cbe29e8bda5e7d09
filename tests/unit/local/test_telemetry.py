from __future__ import annotations

import json
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from local.telemetry import counts


def a_line(**changes: Any) -> str:
    """Two counts and a duration, as Powertools writes them."""
    document = {
        "_aws": {
            "Timestamp": 1,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Divisa",
                    "Dimensions": [["service"]],
                    "Metrics": [
                        {"Name": "QuotesAccepted", "Unit": "Count"},
                        {"Name": "UsersEvaluated", "Unit": "Count"},
                        {"Name": "QuotesBatch", "Unit": "Milliseconds"},
                    ],
                }
            ],
        },
        "service": "quotes",
        "QuotesAccepted": [1.0, 2.0],
        "UsersEvaluated": 40,
        "QuotesBatch": [12.5],
    }
    return json.dumps(document | changes)


def test_counts_are_summed_and_durations_are_none() -> None:
    assert counts(a_line()) == {"QuotesAccepted": 3, "UsersEvaluated": 40}


def test_a_count_of_one_reason_is_left_out_since_all_reasons_together_are_counted_too() -> None:
    assert counts(a_line(reason="stale")) == {}


def test_what_powertools_writes_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Divisa")
    with single_metric(name="SuggestionsMade", unit=MetricUnit.Count, value=2) as metric:
        metric.add_metadata("batch", "7")

    assert counts(capsys.readouterr().out) == {"SuggestionsMade": 2}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "START RequestId: 8f5 Version: $LATEST",
        '{"level":"INFO","message":"applied quotes","accepted":1}',
        "[]",
        "3",
        '{"_aws":null}',
        '{"_aws":{"CloudWatchMetrics":"none"}}',
        '{"_aws":{"CloudWatchMetrics":[{"Metrics":[{"Unit":"Count"}]}]}}',
        '{"_aws":{"CloudWatchMetrics":[{"Metrics":[{"Name":"A","Unit":"Count"}]}]}}',
        '{"_aws":{"CloudWatchMetrics":[{"Metrics":[{"Name":"A","Unit":"Count"}]}]},"A":"many"}',
        '{"_aws":{"CloudWatchMetrics":[',
    ],
)
def test_a_line_that_is_no_metric_counts_nothing(line: str) -> None:
    assert counts(line) == {}
