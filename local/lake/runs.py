"""Runs of the lake's state machine: begun, waited for, looked back at."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
import msgspec

from divisa.domain.errors import LaptopCloudError
from lake.storage.s3 import S3Objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_stepfunctions.client import SFNClient

    from lake.loading.plan import Request
    from lake.storage.objects import Objects
    from local.cloud import LaptopCloud

PART: Final = "lake"
_POLL: Final = 0.5
"""Seconds between two looks at runs."""


@dataclass(frozen=True, slots=True)
class RunState:
    """A run of the state machine.

    Attributes:
        name: the run's.
        status: as Step Functions says it, for example `SUCCEEDED`.
        started_at, ended_at: UTC; None while it goes on.
        cause: why it failed, if it did.
    """

    name: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    cause: str | None = None

    @property
    def is_going(self) -> bool:
        """Whether it goes on."""
        return self.status == "RUNNING"


class Runs:
    """The runs of a laptop cloud's lake."""

    def __init__(self, states: SFNClient, machine: str) -> None:
        """Look at the executions of a state machine."""
        self._states = states
        self._machine = machine

    def begin(self, request: Request) -> str:
        """Begin a run; gives its name."""
        asked = json.dumps({"request": msgspec.to_builtins(request)})
        begun = self._states.start_execution(stateMachineArn=self._machine, input=asked)
        return begun["executionArn"].rpartition(":")[2]

    def all(self) -> list[RunState]:
        """All runs, the newest first."""
        pages = self._states.get_paginator("list_executions").paginate(stateMachineArn=self._machine)
        return [
            RunState(each["name"], each["status"], each["startDate"], each.get("stopDate"))
            for page in pages
            for each in page["executions"]
        ]

    def one(self, name: str) -> RunState:
        """A run by its name, and why it failed if it did."""
        execution = f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"
        found = self._states.describe_execution(executionArn=execution)
        return RunState(name, found["status"], found["startDate"], found.get("stopDate"), found.get("cause"))

    def wait(self, name: str, *, seconds: float = 900.0) -> RunState:
        """A run once it has ended.

        Raises:
            LaptopCloudError: it failed, and why; or it goes on after so many seconds.
        """
        deadline = time.monotonic() + seconds
        while (state := self.one(name)).is_going:
            if time.monotonic() > deadline:
                raise LaptopCloudError(PART, f"the run {name} goes on after {seconds:.0f} seconds")
            time.sleep(_POLL)
        if state.status != "SUCCEEDED":
            raise LaptopCloudError(PART, f"the run {name} {state.status.lower()}: {state.cause}")
        return state

    def settle(self, *, seconds: float = 900.0, say: Callable[[str], None] = lambda line: None) -> None:
        """Wait until no run goes on.

        Raises:
            LaptopCloudError: one still does after so many seconds.
        """
        deadline = time.monotonic() + seconds
        while going := [run for run in self.all() if run.is_going]:
            if time.monotonic() > deadline:
                raise LaptopCloudError(PART, f"{len(going)} runs go on after {seconds:.0f} seconds")
            say(f"{len(going)} runs go on")
            time.sleep(_POLL)


@contextmanager
def open_runs(cloud: LaptopCloud, machine: str | None = None) -> Iterator[Runs]:
    """The runs of a running laptop cloud, or the executions of another state machine of it."""
    states = boto3.client("stepfunctions", **cloud.addresses.client_settings("stepfunctions"))
    try:
        yield Runs(states, machine or cloud.deployment.loading_machine_arn)
    finally:
        states.close()


@contextmanager
def open_objects(cloud: LaptopCloud) -> Iterator[Objects]:
    """The objects of a running laptop cloud's lake."""
    s3 = boto3.client("s3", **cloud.addresses.client_settings("s3"))
    try:
        yield S3Objects(s3, cloud.deployment.lake_bucket_name)
    finally:
        s3.close()
