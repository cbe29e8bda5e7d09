"""Runs the jobs of MiniStack's Glue for real, where it would only say that they succeeded.

A run's script and its modules come out of S3. It runs as a process on our interpreter with the credentials of the
job's role; its output goes to the log groups that Glue writes to. What is running when MiniStack stops ends with it.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from ministack.core.concurrency import spawn_background
from ministack.core.lambda_runtime import execution_credentials
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response, new_uuid
from ministack.services import glue, s3

from local.ministack.job_logs import keep
from local.ministack.job_process import JobProcess, Outcome

GOING = ("STARTING", "RUNNING", "STOPPING")
TIMEOUT_MINUTES = 2880
_OF_THE_JOB = ("GlueVersion", "NumberOfWorkers", "WorkerType", "MaxCapacity", "SecurityConfiguration")

_processes: dict[str, JobProcess] = {}
_starting = threading.Lock()


def patch() -> None:
    """Put this in the place of what MiniStack does."""
    create, update, restore = glue._create_job, glue._update_job, glue._restore_state

    def create_job(request: dict[str, Any]) -> Any:
        answer = create(request)
        if answer[0] < 400:
            _limit(request["Name"], request)
        return answer

    def update_job(request: dict[str, Any]) -> Any:
        answer = update(request)
        if answer[0] < 400:
            _limit(request["JobName"], request.get("JobUpdate", {}))
        return answer

    def restore_state(data: dict[str, Any]) -> None:
        restore(data)
        for runs in glue._job_runs.all_values():
            for run in runs:
                if run["JobRunState"] in GOING:
                    _end(run, Outcome("STOPPED", "MiniStack was stopped"))

    glue._create_job, glue._update_job, glue._restore_state = create_job, update_job, restore_state
    glue._start_job_run, glue._batch_stop_job_run = start_job_run, batch_stop_job_run


def start_job_run(request: dict[str, Any]) -> Any:
    """Glue's StartJobRun."""
    name = str(request.get("JobName"))
    job = glue._jobs.get(name)
    if job is None:
        return error_response_json(
            "EntityNotFoundException", f"Failed to start job run due to missing metadata: {name}"
        )
    with _starting:
        runs = glue._job_runs.get(name) or []
        if sum(run["JobRunState"] in GOING for run in runs) >= job["ExecutionProperty"]["MaxConcurrentRuns"]:
            return error_response_json("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {name}")
        run = _new_run(name, job, request)
        glue._job_runs[name] = [*runs, run]
    spawn_background(_carry_out, job, run, thread_name=f"glue-{run['Id']}")
    return json_response({"JobRunId": run["Id"]})


def batch_stop_job_run(request: dict[str, Any]) -> Any:
    """Glue's BatchStopJobRun."""
    name, stopped, errors = request["JobName"], [], []
    runs = {run["Id"]: run for run in glue._job_runs.get(name) or []}
    for run_id in request["JobRunIds"]:
        named = {"JobName": name, "JobRunId": run_id}
        run = runs.get(run_id)
        if run is None:
            detail = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"Job run {run_id} not found"}
            errors.append({**named, "ErrorDetail": detail})
        elif run["JobRunState"] not in GOING:
            detail = {"ErrorCode": "IllegalStateException", "ErrorMessage": f"It has ended: {run['JobRunState']}"}
            errors.append({**named, "ErrorDetail": detail})
        else:
            _move(run, "STOPPING")
            if process := _processes.get(run_id):
                process.stop()
            stopped.append(named)
    return json_response({"SuccessfulSubmissions": stopped, "Errors": errors})


def _limit(name: str, request: dict[str, Any]) -> None:
    # MiniStack forgets how many runs a job may have at a time.
    given = request.get("ExecutionProperty") or {}
    glue._jobs[name]["ExecutionProperty"] = {"MaxConcurrentRuns": int(given.get("MaxConcurrentRuns") or 1)}


def _new_run(name: str, job: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    now = time.time()
    return {
        "Id": f"jr_{new_uuid().replace('-', '')}",
        "JobName": name,
        "StartedOn": now,
        "LastModifiedOn": now,
        "JobRunState": "STARTING",
        "Arguments": request.get("Arguments") or {},
        "Attempt": 0,
        "PredecessorRuns": [],
        "ExecutionTime": 0,
        "Timeout": int(request.get("Timeout") or job.get("Timeout") or TIMEOUT_MINUTES),
        "LogGroupName": "/aws-glue/jobs",
        **{key: value for key in _OF_THE_JOB if (value := request.get(key) or job.get(key))},
    }


def _carry_out(job: dict[str, Any], run: dict[str, Any]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="glue-"))
    try:
        process = _started(job, run, folder)
        _processes[run["Id"]] = process
        if run["JobRunState"] == "STOPPING":
            process.stop()
        else:
            _move(run, "RUNNING")
        outcome = process.wait(run["Timeout"] * 60)
        keep("/aws-glue/jobs/output", run["Id"], process.output)
        keep("/aws-glue/jobs/error", run["Id"], process.errors)
    except FileNotFoundError as missing:
        outcome = Outcome("FAILED", f"LAUNCH ERROR | File not found: {missing.filename}")
    except Exception as error:  # noqa: BLE001 - whatever it is, the run has failed and who waits for it must be told
        outcome = Outcome("FAILED", f"LAUNCH ERROR | {type(error).__name__}: {error}")
    finally:
        _processes.pop(run["Id"], None)
        shutil.rmtree(folder, ignore_errors=True)
    _end(run, outcome)


def _started(job: dict[str, Any], run: dict[str, Any], folder: Path) -> JobProcess:
    arguments = {
        **job.get("DefaultArguments", {}),
        "--JOB_NAME": run["JobName"],
        "--JOB_RUN_ID": run["Id"],
        **run["Arguments"],
        **job.get("NonOverridableArguments", {}),
    }
    modules = [_downloaded(each, folder / "modules") for each in _listed(arguments, "--extra-py-files")]
    for each in _listed(arguments, "--extra-files"):
        _downloaded(each, folder)
    return JobProcess(
        _downloaded(job["Command"]["ScriptLocation"], folder),
        arguments=[str(each) for pair in arguments.items() for each in pair],
        modules=[each.parent if each.suffix == ".py" else each for each in modules],
        folder=folder,
        environ=_aws(job),
    )


def _listed(arguments: dict[str, str], name: str) -> list[str]:
    return [each.strip() for each in arguments.get(name, "").split(",") if each.strip()]


def _downloaded(address: str, folder: Path) -> Path:
    parts = urlsplit(address)
    content = s3._get_object_data(parts.netloc, parts.path.lstrip("/")) if parts.scheme == "s3" else None
    if content is None:
        raise FileNotFoundError(None, "no such object", address)
    folder.mkdir(exist_ok=True)
    file = folder / PurePosixPath(parts.path).name
    file.write_bytes(content)
    return file


def _aws(job: dict[str, Any]) -> dict[str, str]:
    # What MiniStack gives a function of the same role.
    function = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{job['Name']}"
    keys = execution_credentials(
        {"FunctionArn": function, "Role": job.get("Role", ""), "FunctionName": "GlueJobRunnerSession"}
    )
    return {
        **{name: value for name, value in keys.items() if value},
        "AWS_ENDPOINT_URL": f"http://{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}",
        "AWS_REGION": get_region(),
        "AWS_DEFAULT_REGION": get_region(),
        "AWS_ALLOW_HTTP": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _move(run: dict[str, Any], state: str) -> None:
    run["JobRunState"], run["LastModifiedOn"] = state, time.time()


def _end(run: dict[str, Any], outcome: Outcome) -> None:
    run["CompletedOn"] = time.time()
    run["ExecutionTime"] = math.ceil(run["CompletedOn"] - run["StartedOn"])
    if outcome.error:
        run["ErrorMessage"] = outcome.error
    _move(run, outcome.state)
