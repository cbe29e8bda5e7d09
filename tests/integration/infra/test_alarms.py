"""Who is told when something needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.artifact import ROOT
from tests.integration.infra.template import of_type

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources


pytestmark = pytest.mark.integration


def test_a_person_hears_of_errors_delays_set_aside_records_and_a_silent_model(resources: Resources) -> None:
    alarms = of_type(resources, "CloudWatch::Alarm")
    del alarms["EndpointErrorsAlarm"]
    watched = sorted((each["MetricName"], str(next(iter(each["Dimensions"]))["Value"])) for each in alarms.values())
    stage = of_type(resources, "Lambda::Function")["QuotesLambdaFunction"]["Environment"]["Variables"]["STAGE"]
    name = f"divisa-{stage}-"

    assert [dimension for metric, dimension in watched if metric == "Errors"] == [
        f"{name}{function}"
        for function in (
            "backlog",
            "email",
            "erasure",
            "ledger",
            "outbox",
            "quotes",
            "refresh",
            "release",
            "sms",
            "transactions",
        )
    ]
    assert [dimension for metric, dimension in watched if metric == "IteratorAge"] == [
        f"{name}{function}" for function in ("ledger", "outbox", "quotes", "transactions")
    ]
    assert len([metric for metric, _ in watched if metric == "ApproximateNumberOfMessagesVisible"]) == 8
    assert [metric for metric, _ in watched].count("ApproximateAgeOfOldestMessage") == 1
    assert {("Invocations", f"{name}{function}") for function in ("refresh", "release")} <= set(watched)
    assert {("RefreshesFull", f"{name}refresh"), ("ReleasesFull", f"{name}release")} <= set(watched)
    assert {("EvaluationsPostponed", f"{name}quotes"), ("BarsUnwritten", f"{name}quotes")} <= set(watched)
    assert all(each["AlarmActions"] == [{"Ref": "OperationsTopic"}] for each in alarms.values())


def test_our_own_metrics_that_alarms_watch_are_ones_that_their_function_counts(resources: Resources) -> None:
    alarms = [each for each in of_type(resources, "CloudWatch::Alarm").values() if each["Namespace"] == "Divisa"]

    assert len(alarms) == 3
    for each in alarms:
        [service] = (dimension["Value"] for dimension in each["Dimensions"])
        function = service.rpartition("-")[2]
        assert f'count("{each["MetricName"]}"' in (ROOT / f"stream_consumers/{function}.py").read_text()
        told = resources[f"{function.title()}LambdaFunction"]["Properties"]["Environment"]["Variables"]
        assert told["POWERTOOLS_SERVICE_NAME"] == service
