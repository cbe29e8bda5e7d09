"""State machines of MiniStack start Glue jobs and Athena queries, and wait for their ends, as those of AWS do."""

from __future__ import annotations

import json
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ministack.services import stepfunctions

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_SECONDS = 0.1
_execution: ContextVar[dict[str, Any]] = ContextVar("execution")


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """A call that starts something, with `.sync` behind its name to wait for the end.

    Attributes:
        service: how the AWS SDK integrations of Step Functions call it.
        start: the operation that starts it.
        look: the operation that tells how it fares.
        identity: the names of what `look` is asked with, each with where it is: in the input or in what `start` says.
        told: under which name `look` tells.
        state: where in that the state is.
        kept: whether the task's output keeps that name.
        stop: the operation that ends it before its time, and what it is asked with, of what `look` is asked with.
    """

    service: str
    start: str
    look: str
    identity: dict[str, str]
    told: str
    state: tuple[str, ...]
    kept: bool
    stop: tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]

    def __call__(self, resource: str, data: dict[str, Any]) -> Any:
        """Carry the task out.

        Args:
            resource: the task's ARN.
            data: its parameters.

        Returns:
            What was answered; with `.sync` what became of it. It is stopped where the execution is.

        Raises:
            _ExecutionError: it was refused; with `.sync`, also `States.TaskFailed` with what became of it as cause.
        """
        started = self._call(self.start, data)
        if not resource.endswith(".sync"):
            return started
        asked = {name: {**data, **started}[key] for name, key in self.identity.items()}
        while True:
            answer = self._call(self.look, asked)
            state = answer[self.told]
            for name in self.state:
                state = state[name]
            output = answer if self.kept else answer[self.told]
            if state == "SUCCEEDED":
                return output
            if state in {"FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED", "CANCELLED"}:
                raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(output))
            if _execution.get()["status"] != "RUNNING":
                operation, request = self.stop
                self._call(operation, request(asked))
                return output
            time.sleep(POLL_SECONDS)

    def _call(self, operation: str, data: dict[str, Any]) -> Any:
        resource = f"arn:aws:states:::aws-sdk:{self.service}:{operation}"
        return stepfunctions._invoke_aws_sdk_integration(resource, data)


JOB = WaitingTask(
    service="glue",
    start="startJobRun",
    look="getJobRun",
    identity={"JobName": "JobName", "RunId": "JobRunId"},
    told="JobRun",
    state=("JobRunState",),
    kept=False,
    stop=("batchStopJobRun", lambda asked: {"JobName": asked["JobName"], "JobRunIds": [asked["RunId"]]}),
)
QUERY = WaitingTask(
    service="athena",
    start="startQueryExecution",
    look="getQueryExecution",
    identity={"QueryExecutionId": "QueryExecutionId"},
    told="QueryExecution",
    state=("Status", "State"),
    kept=True,
    stop=("stopQueryExecution", lambda asked: asked),
)
ANSWERED = ("getQueryExecution", "getQueryResults", "stopQueryExecution")
"""What a state machine asks Athena and gets an answer to at once."""


def patch() -> None:
    """Put this beside what MiniStack's state machines do."""
    carry_out = stepfunctions._execute_task

    def execute_task(state: Any, given: Any, execution: dict[str, Any], context: Any) -> Any:
        _execution.set(execution)
        return carry_out(state, given, execution, context)

    stepfunctions._execute_task = execute_task
    prefix = "arn:aws:states:::"
    tasks = stepfunctions._SERVICE_DISPATCH
    tasks[f"{prefix}glue:startJobRun"] = JOB
    tasks[f"{prefix}athena:startQueryExecution"] = QUERY
    for operation in ANSWERED:
        tasks[f"{prefix}athena:{operation}"] = lambda _, data, named=operation: QUERY._call(named, data)
