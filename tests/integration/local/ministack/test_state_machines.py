"""State machines that start jobs and wait for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.local.ministack.lake_world import eventually

if TYPE_CHECKING:
    from tests.integration.local.ministack.lake_world import LakeWorld

pytestmark = pytest.mark.integration

ECHO = """
import sys
from awsglue.utils import getResolvedOptions
print(getResolvedOptions(sys.argv, ["FROM"])["FROM"])
"""


def a_job_task(lake: LakeWorld, **fields: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": {
            "JobName": lake.name,
            "Arguments": {"--FROM.$": "States.Format('s3://{}/{}', $.bucket, States.ArrayGetItem($.keys, 1))"},
        },
        "ResultPath": "$.job",
        **fields,
    }


def test_an_execution_waits_for_its_job_and_goes_on_with_its_run(lake: LakeWorld) -> None:
    lake.make_job(ECHO)
    machine = lake.make_machine(
        Silver=a_job_task(lake, Next="Told"),
        Told={"Type": "Pass", "Parameters": {"state.$": "$.job.JobRunState", "id.$": "$.job.Id"}, "End": True},
    )

    ended = lake.executed(machine, {"bucket": "b", "keys": ["none", "rows.csv"]})

    assert ended["status"] == "SUCCEEDED", ended
    told = json.loads(ended["output"])
    assert told["state"] == "SUCCEEDED"
    assert lake.said(told["id"]) == ["s3://b/rows.csv"]


def test_a_job_that_fails_fails_its_execution_with_the_run_as_cause(lake: LakeWorld) -> None:
    lake.make_job("raise ValueError('no such dataset')\n")
    machine = lake.make_machine(Silver=a_job_task(lake, End=True))

    ended = lake.executed(machine, {"bucket": "b", "keys": ["none", "rows.csv"]})

    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(ended["cause"])
    assert (cause["JobRunState"], cause["ErrorMessage"]) == ("FAILED", "ValueError: no such dataset")


def test_a_job_that_fails_is_tried_again_and_then_caught(lake: LakeWorld) -> None:
    lake.make_job("import sys\nsys.exit(1)\n")
    machine = lake.make_machine(
        Silver=a_job_task(
            lake,
            Retry=[{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 1}],
            Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Why"}],
            End=True,
        ),
        Why={
            "Type": "Pass",
            "Parameters": {"why.$": "States.StringToJson($.error.Cause)", "error.$": "$.error.Error"},
            "End": True,
        },
    )

    ended = lake.executed(machine, {"bucket": "b", "keys": ["none", "rows.csv"]})

    assert ended["status"] == "SUCCEEDED", ended
    told = json.loads(ended["output"])
    assert (told["error"], told["why"]["ErrorMessage"]) == ("States.TaskFailed", "SystemExit: 1")
    runs = lake.client("glue").get_job_runs(JobName=lake.name)["JobRuns"]
    assert [run["JobRunState"] for run in runs] == ["FAILED", "FAILED"]


def test_a_job_that_is_not_there_fails_the_execution_by_its_own_name(lake: LakeWorld) -> None:
    machine = lake.make_machine(Silver=a_job_task(lake, End=True))

    ended = lake.executed(machine, {"bucket": "b", "keys": ["none", "rows.csv"]})

    assert (ended["status"], ended["error"]) == ("FAILED", "Glue.EntityNotFoundException")


def test_a_second_run_of_a_job_that_may_run_once_waits_by_its_retries(lake: LakeWorld) -> None:
    lake.make_job("import time\ntime.sleep(2)\n")
    lake.start()
    retry = {"ErrorEquals": ["Glue.ConcurrentRunsExceededException"], "IntervalSeconds": 1, "MaxAttempts": 5}
    machine = lake.make_machine(Silver=a_job_task(lake, Retry=[{**retry, "BackoffRate": 1.0}], End=True))

    ended = lake.executed(machine, {"bucket": "b", "keys": ["none", "rows.csv"]})

    assert ended["status"] == "SUCCEEDED", ended


def test_an_execution_that_is_stopped_stops_its_job(lake: LakeWorld) -> None:
    lake.make_job("import time\ntime.sleep(600)\n")
    machine = lake.make_machine(Silver=a_job_task(lake, End=True))
    states, glue = lake.client("stepfunctions"), lake.client("glue")
    given = json.dumps({"bucket": "b", "keys": ["none", "rows.csv"]})
    execution = states.start_execution(stateMachineArn=machine, input=given)["executionArn"]
    eventually(lambda: bool(glue.get_job_runs(JobName=lake.name)["JobRuns"]), "the run")

    states.stop_execution(executionArn=execution)

    [run] = glue.get_job_runs(JobName=lake.name)["JobRuns"]
    assert lake.ended(run["Id"])["JobRunState"] == "STOPPED"
    assert states.describe_execution(executionArn=execution)["status"] == "ABORTED"


def test_without_waiting_an_execution_goes_on_at_once(lake: LakeWorld) -> None:
    lake.make_job("import time\ntime.sleep(600)\n")
    start = a_job_task(lake, Resource="arn:aws:states:::glue:startJobRun", End=True)

    ended = lake.executed(lake.make_machine(Silver=start), {"bucket": "b", "keys": ["none", "rows.csv"]})

    run_id = json.loads(ended["output"])["job"]["JobRunId"]
    assert lake.run(run_id)["JobRunState"] in {"STARTING", "RUNNING"}
    lake.client("glue").batch_stop_job_run(JobName=lake.name, JobRunIds=[run_id])


def test_a_value_that_the_input_does_not_have_fails_the_execution(lake: LakeWorld) -> None:
    machine = lake.make_machine(Told={"Type": "Pass", "Parameters": {"all": {"key.$": "$.keys[1].name"}}, "End": True})

    inputs: list[list[dict[str, Any]]] = [[{}, {"name": None}], [{}, {}], [{"name": "a"}]]
    ended = [lake.executed(machine, {"keys": keys}) for keys in inputs]

    assert [each["status"] for each in ended] == ["SUCCEEDED", "FAILED", "FAILED"]
    assert [each.get("error") for each in ended] == [None, *["States.ParameterPathFailure"] * 2]
