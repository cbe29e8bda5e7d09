"""One test's bucket, jobs and databases on the session's MiniStack."""

from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.ministack import BareMiniStack

ROLE = "arn:aws:iam::000000000000:role/lake"


@dataclass(frozen=True, slots=True)
class LakeWorld:
    """The bucket, and every job, database and machine of the test, bear its name."""

    ministack: BareMiniStack
    name: str

    def client(self, service: str) -> Any:
        return self.ministack.client(service)

    def make(self) -> None:
        self.client("s3").create_bucket(Bucket=self.name)

    def put(self, key: str, content: str | bytes) -> str:
        body = content.encode() if isinstance(content, str) else content
        self.client("s3").put_object(Bucket=self.name, Key=key, Body=body)
        return f"s3://{self.name}/{key}"

    def text(self, address: str) -> str:
        bucket, _, key = address.removeprefix("s3://").partition("/")
        return str(self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode())

    def keys(self, prefix: str) -> list[str]:
        found = self.client("s3").list_objects_v2(Bucket=self.name, Prefix=prefix)
        return [each["Key"] for each in found.get("Contents", [])]

    def make_job(self, script: str, **settings: Any) -> str:
        """A job with this script; its name."""
        location = self.put("scripts/job.py", script)
        self.client("glue").create_job(
            Name=self.name,
            Role=ROLE,
            GlueVersion="5.0",
            Command={"Name": "glueetl", "ScriptLocation": location},
            **settings,
        )
        return self.name

    def start(self, **arguments: str) -> str:
        """Start the job; the run's id."""
        given = {f"--{name}": value for name, value in arguments.items()}
        return str(self.client("glue").start_job_run(JobName=self.name, Arguments=given)["JobRunId"])

    def run(self, run_id: str) -> Any:
        return self.client("glue").get_job_run(JobName=self.name, RunId=run_id)["JobRun"]

    def ended(self, run_id: str) -> Any:
        """The run when it has ended."""
        eventually(lambda: self.run(run_id)["JobRunState"] not in {"STARTING", "RUNNING", "STOPPING"}, "the run's end")
        return self.run(run_id)

    def said(self, run_id: str, stream: str = "output") -> list[str]:
        """What the run wrote to its standard output, or error."""
        logs = self.client("logs")
        found = logs.get_log_events(logGroupName=f"/aws-glue/jobs/{stream}", logStreamName=run_id)
        return [event["message"] for event in found["events"]]

    def make_machine(self, **states: dict[str, Any]) -> str:
        """A state machine that starts with the first of these; its ARN."""
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        made = self.client("stepfunctions").create_state_machine(name=self.name, roleArn=ROLE, definition=definition)
        return str(made["stateMachineArn"])

    def executed(self, machine: str, given: Any = None, seconds: float = 30.0) -> Any:
        """What became of an execution with this input, which may take so long."""
        states = self.client("stepfunctions")
        started = states.start_execution(stateMachineArn=machine, input=json.dumps(given or {}))["executionArn"]
        eventually(lambda: states.describe_execution(executionArn=started)["status"] != "RUNNING", "its end", seconds)
        return states.describe_execution(executionArn=started)


def eventually(holds: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.05)


def an_archive(**files: str) -> bytes:
    """A zip with these modules of Python."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return content.getvalue()
