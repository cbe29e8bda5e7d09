"""Who is told when something needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.artifact import ROOT
from tests.integration.infra.template import ASKING, of_type, referred

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources


pytestmark = pytest.mark.integration


def test_a_person_hears_of_errors_delays_set_aside_records_and_a_silent_model(resources: Resources) -> None:
    alarms = of_type(resources, "CloudWatch::Alarm")
    del alarms["EndpointErrorsAlarm"], alarms["RetrainingFailedAlarm"]
    watched = sorted((each["MetricName"], str(next(iter(each["Dimensions"]))["Value"])) for each in alarms.values())
    stage = of_type(resources, "Lambda::Function")["QuotesLambdaFunction"]["Environment"]["Variables"]["STAGE"]
    name = f"divisa-{stage}-"

    assert [dimension for metric, dimension in watched if metric == "Errors"] == [
        f"{name}{function}"
        for function in (
            "backlog",
            "email",
            "email-feedback",
            "erasure",
            "inbound-sms",
            "ledger",
            "outbox",
            "outcomes",
            "pull",
            "push",
            "quotes",
            "refresh",
            "release",
            "sms",
            "to-lake",
            "transactions",
        )
    ]
    assert [dimension for metric, dimension in watched if metric == "IteratorAge"] == [
        f"{name}{function}" for function in ("ledger", "outbox", "quotes", "to-lake", "transactions")
    ]
    assert [dimension for metric, dimension in watched if metric == "RecordsFailed"] == [
        f"{name}{function}"
        for function in ("backlog", "email", "email-feedback", "erasure", "inbound-sms", "push", "sms")
    ]
    assert {("Invocations", f"{name}{function}") for function in ("refresh", "release")} <= set(watched)
    assert {("RefreshesFull", f"{name}refresh"), ("ReleasesFull", f"{name}release")} <= set(watched)
    assert ("OutcomesFull", f"{name}outcomes") in watched
    assert alarms["OutcomesErrorsAlarm"]["Period"] == 3600  # In minutes an hourly run never fails twice.
    assert {("EvaluationsPostponed", f"{name}quotes"), ("BarsUnwritten", f"{name}quotes")} <= set(watched)
    assert ("SourcesFailed", f"{name}pull") in watched
    assert ("DeliveriesWithoutBudget", f"{name}sms") in watched
    assert ("SuggestionsUnreadable", f"{name}outbox") in watched
    for metric in ("DeliveriesUncertain", "DeliveriesExpired"):
        assert {(metric, f"{name}{sender}") for sender in ("push", "email", "sms")} <= set(watched)
    assert ("PolicyNotTaken", f"{name}quotes") in watched
    assert [dimension for metric, dimension in watched if metric == "DecisionsUnlogged"] == sorted(
        f"{name}{function.lower()}" for function in ASKING
    )
    assert "DeliveryToS3.DataFreshness" in {metric for metric, _ in watched}
    assert all(each["AlarmActions"] == [{"Ref": "OperationsTopic"}] for each in alarms.values())


def test_a_person_hears_of_messages_that_wait_for_five_minutes(resources: Resources) -> None:
    alarms = of_type(resources, "CloudWatch::Alarm").values()
    ages = [each for each in alarms if each["MetricName"] == "ApproximateAgeOfOldestMessage"]

    assert sorted(referred(each["Dimensions"][0]["Value"]) for each in ages) == [
        "BacklogQueue",
        "EmailQueue",
        "PushQueue",
        "SmsQueue",
    ]
    assert {each["Threshold"] for each in ages} == {300}


def test_a_person_hears_of_whatever_was_set_aside(resources: Resources) -> None:
    ends = {name for name, each in of_type(resources, "SQS::Queue").items() if "RedrivePolicy" not in each}
    alarms = of_type(resources, "CloudWatch::Alarm").values()
    looking = [each for each in alarms if each["MetricName"] == "ApproximateNumberOfMessagesVisible"]

    assert sorted(referred(each["Dimensions"][0]["Value"]) for each in looking) == sorted(ends)


def test_our_own_metrics_that_alarms_watch_are_ones_that_their_function_counts(resources: Resources) -> None:
    alarms = [each for each in of_type(resources, "CloudWatch::Alarm").values() if each["Namespace"] == "Divisa"]

    assert len(alarms) >= 4
    for each in alarms:
        [service] = (dimension["Value"] for dimension in each["Dimensions"])
        function = service.split("-", 2)[2]
        properties = resources[f"{function.title().replace('-', '')}LambdaFunction"]["Properties"]
        source = (ROOT / f"{properties['Handler'].rpartition('.')[0].replace('.', '/')}.py").read_text()
        source += (ROOT / "divisa/observability.py").read_text()  # What use cases report through it.
        for shared in ("deciding", "delivery", "batch"):
            if f"from stream_consumers.{shared} import" in source:
                source += (ROOT / f"stream_consumers/{shared}.py").read_text()
        assert f'count("{each["MetricName"]}"' in source
        assert properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == service
