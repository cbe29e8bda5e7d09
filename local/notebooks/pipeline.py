"""A stage's retraining pipeline on AWS, run and waited for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import StoreUnavailable
from local.retraining.errors import RetrainingFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from local.promotion.stage import Stage

POLL_SECONDS: Final = 15.0
_UNDER_WAY: Final = {"Executing", "Stopping"}


class Run(NamedTuple):
    """What a run came to.

    Attributes:
        artefact: the model, fetched.
        registered: ARN of its version in the registry; None where it is not worth one.
        refused: why not; None where it is.
    """

    artefact: Path
    registered: str | None
    refused: str | None


def run(
    stage: Stage,
    parameters: Mapping[str, object],
    artefact: Path,
    *,
    report: Callable[[str], None] = lambda line: None,
    wait: Callable[[float], None] = time.sleep,
) -> Run:
    """Start the pipeline, wait for its end, and fetch the model.

    Args:
        stage: on AWS.
        parameters: of the pipeline, by name; its defaults stand for what is not given.
        artefact: where the model is put.
        report: told the steps as they begin.
        wait: waits so many seconds.

    Raises:
        RetrainingFailed: a step failed, or somebody stopped the run; names it.
        StoreUnavailable: AWS does not answer, or the stage has no pipeline.
    """
    try:
        return _run(stage, parameters, artefact, report, wait)
    except (ClientError, BotoCoreError) as error:
        raise StoreUnavailable(f"the retraining pipeline of {stage.names.stage}: {error}") from error


def _run(
    stage: Stage,
    parameters: Mapping[str, object],
    artefact: Path,
    report: Callable[[str], None],
    wait: Callable[[float], None],
) -> Run:
    sagemaker = stage.sagemaker
    execution = sagemaker.start_pipeline_execution(
        PipelineName=f"divisa-{stage.names.stage}-retraining",
        ClientRequestToken=uuid4().hex,
        PipelineParameters=[{"Name": name, "Value": str(value)} for name, value in parameters.items()],
    )["PipelineExecutionArn"]
    begun: set[str] = set()
    while True:
        now = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
        steps = _steps(stage, execution)
        for name in [name for name in steps if name not in begun]:
            report(f"{name}: {steps[name]['StepStatus'].lower()}")
            begun.add(name)
        if now["PipelineExecutionStatus"] not in _UNDER_WAY:
            break
        wait(POLL_SECONDS)
    registered = next((each["RegisterModel"]["Arn"] for each in _metadata(steps) if "RegisterModel" in each), None)
    refused = next((each["Fail"]["ErrorMessage"] for each in _metadata(steps) if "Fail" in each), None)
    if now["PipelineExecutionStatus"] != "Succeeded" and refused is None:
        raise _failure(steps, now.get("FailureReason", now["PipelineExecutionStatus"]))
    _fetch(stage, steps, artefact)
    return Run(artefact, registered, refused)


def _steps(stage: Stage, execution: str) -> dict[str, Any]:
    pages = stage.sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=execution, SortOrder="Ascending"
    )
    return {step["StepName"]: step for page in pages for step in page["PipelineExecutionSteps"]}


def _metadata(steps: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [step.get("Metadata", {}) for step in steps.values()]


def _failure(steps: Mapping[str, Any], reason: str) -> RetrainingFailed:
    for name, step in steps.items():
        if step["StepStatus"] == "Failed":
            return RetrainingFailed(name, step.get("FailureReason", reason))
    return RetrainingFailed("run", reason)


def _fetch(stage: Stage, steps: Mapping[str, Any], artefact: Path) -> None:
    trained = next((each["TrainingJob"]["Arn"] for each in _metadata(steps) if "TrainingJob" in each), None)
    if trained is None:
        raise RetrainingFailed("run", "it ended without training")
    job = stage.sagemaker.describe_training_job(TrainingJobName=trained.rpartition("/")[2])
    address = urlsplit(job["ModelArtifacts"]["S3ModelArtifacts"])
    artefact.parent.mkdir(parents=True, exist_ok=True)
    stage.s3.download_file(address.netloc, address.path.lstrip("/"), str(artefact))
