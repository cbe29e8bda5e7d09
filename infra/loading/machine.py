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
                "Retry": [_again("Lambda.TooManyRequestsException", 1, 100), _again("States.ALL", 2, 3)],
                "Catch": [_caught()],
                "Next": "Something",
            },
            "Something": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.plan.work", "BooleanEquals": True, "Next": steps[0]}],
                "Default": "Nothing",
            },
            "Nothing": {"Type": "Succeed"},
            **{
                name: _step(step, following)
                for step, name, following in zip(Step, steps, [*steps[1:], ""], strict=True)
            },
            "Alert": {
                "Type": "Task",
                "Resource": "arn:${AWS::Partition}:states:::sns:publish",
                "Parameters": {
                    "TopicArn": "${AlertTopic}",
                    "Subject": "A run of the lake failed",
                    "Message.$": "States.Format('The run {} failed: {} {} What it left is done by the next one."
                    " ${Console}{}', $$.Execution.Name, $.failure.Error, $.failure.Cause, $$.Execution.Id)",
                },
                "ResultPath": None,
                "Next": "Failed",
            },
            "Failed": {"Type": "Fail", "ErrorPath": "$.failure.Error", "CausePath": "$.failure.Cause"},
        },
    }


def text() -> str:
    """The file's content."""
    return json.dumps(definition(), indent=2) + "\n"


def _step(step: Step, following: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:${AWS::Partition}:states:::glue:startJobRun.sync",
        "Parameters": {
            "JobName": "${LoadingJob}",
            "Arguments": {"--STEP": step.value, "--RUN.$": _RUN, "--STARTED.$": "$$.Execution.StartTime"},
        },
        "ResultPath": None,
        "Retry": [_again("Glue.ConcurrentRunsExceededException", 10, 60), _again("States.ALL", 2, 2)],
        "Catch": [_caught()],
        **({"Next": following} if following else {"End": True}),
    }


def _again(error: str, seconds: int, times: int) -> dict[str, Any]:
    return {
        "ErrorEquals": [error],
        "IntervalSeconds": seconds,
        "MaxAttempts": times,
        "BackoffRate": 1.5,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    }


def _caught() -> dict[str, Any]:
    return {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Alert"}
