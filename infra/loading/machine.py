"""The state machine that takes the steps of a run, from which `machine.json` is made.

CloudFormation fills in what stands between `${` and `}`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from lake.loading.run import Step

DEFINITION: Final = Path(__file__).with_name("machine.json")
_RUN: Final = "$$.Execution.Name"


def definition() -> dict[str, Any]:
    """The definition, as Step Functions takes it."""
    steps = [step.value.capitalize() for step in Step]
    return {
        "Comment": "What landed to tables: planned, received, merged, summed up, accounted for, published",
        "StartAt": "Asked",
        "States": {
            "Asked": {  # An event of S3 brings no request.
                "Type": "Choice",
                "Choices": [{"Variable": "$.request", "IsPresent": True, "Next": "Validate"}],
                "Default": "Gather",
            },
            "Gather": {"Type": "Wait", "Seconds": "${GatherSeconds}", "Next": "Landed"},
            "Landed": {"Type": "Pass", "Result": {"request": {"fresh": True}}, "Next": "Validate"},
            "Validate": {
                "Type": "Task",
                "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
                "Parameters": {
                    "FunctionName": "${PlanFunction}",
                    "Payload": {"run.$": _RUN, "request.$": "$.request"},
                },
                "ResultSelector": {"files.$": "$.Payload.files", "work.$": "$.Payload.work"},
                "ResultPath": "$.plan",
                "Retry": [again("Lambda.TooManyRequestsException", 1, 100), again("States.ALL", 2, 3)],
                "Catch": [caught()],
                "Next": "Something",
            },
            "Something": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.plan.work", "BooleanEquals": True, "Next": steps[0]}],
                "Default": "Nothing",
            },
            "Nothing": {"Type": "Succeed"},
            **{
                name: step_state(step.value, following)
                for step, name, following in zip(Step, steps, [*steps[1:], ""], strict=True)
            },
            **failing("A run of the lake failed", "The run"),
        },
    }


def text() -> str:
    """The file's content."""
    return json.dumps(definition(), indent=2) + "\n"


def step_state(step: str, following: str) -> dict[str, Any]:
    """The state that takes a step by a run of the job, and the one that follows; none is at the end."""
    return {
        "Type": "Task",
        "Resource": "arn:${AWS::Partition}:states:::glue:startJobRun.sync",
        "Parameters": {
            "JobName": "${LoadingJob}",
            "Arguments": {"--STEP": step, "--RUN.$": _RUN, "--STARTED.$": "$$.Execution.StartTime"},
        },
        "ResultPath": None,
        "Retry": [again("Glue.ConcurrentRunsExceededException", 10, 60), again("States.ALL", 2, 2)],
        "Catch": [caught()],
        **({"Next": following} if following else {"End": True}),
    }


def failing(subject: str, what: str) -> dict[str, Any]:
    """The states in which somebody is told of a failure, and the execution fails."""
    return {
        "Alert": {
            "Type": "Task",
            "Resource": "arn:${AWS::Partition}:states:::sns:publish",
            "Parameters": {
                "TopicArn": "${AlertTopic}",
                "Subject": subject,
                "Message.$": f"States.Format('{what} {{}} failed: {{}} {{}} What it left is done by the next one."
                " ${Console}{}', $$.Execution.Name, $.failure.Error, $.failure.Cause, $$.Execution.Id)",
            },
            "ResultPath": None,
            "Next": "Failed",
        },
        "Failed": {"Type": "Fail", "ErrorPath": "$.failure.Error", "CausePath": "$.failure.Cause"},
    }


def again(error: str, seconds: int, times: int) -> dict[str, Any]:
    """How often something is tried once more after an error, at first after so many seconds."""
    return {
        "ErrorEquals": [error],
        "IntervalSeconds": seconds,
        "MaxAttempts": times,
        "BackoffRate": 1.5,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    }


def caught() -> dict[str, Any]:
    """Where it goes when nothing helped."""
    return {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Alert"}
