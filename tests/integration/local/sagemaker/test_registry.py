from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local import parts
from local.processes import Supervisor
from local.retraining.definition import load
from local.retraining.expressions import Known, resolve
from local.retraining.registration import registration, through
from local.sagemaker.registry import ModelRegistry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.local.sagemaker.conftest import Plane

pytestmark = pytest.mark.integration

SPECIFICATION = {
    "Containers": [{"Image": "sklearn", "ModelDataUrl": "s3://models/model.tar.gz"}],
    "SupportedContentTypes": ["application/x-npy"],
    "SupportedResponseMIMETypes": ["application/x-npy"],
}
ARN = "arn:aws:sagemaker:us-east-1:000000000000"


def register(plane: Plane, **more: Any) -> str:
    made = plane.control.create_model_package(
        ModelPackageGroupName="Divisa-decisions", InferenceSpecification=SPECIFICATION, **more
    )
    return str(made["ModelPackageArn"])


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**request)
    answered: Any = error.value.response["Error"]
    return answered["Code"], answered["Message"]


def test_a_version_waits_for_approval_gets_it_and_keeps_it_over_a_restart(plane: Plane) -> None:
    made = plane.control.create_model_package_group(
        ModelPackageGroupName="Divisa-decisions", ModelPackageGroupDescription="What decides"
    )
    metrics = {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://m/evaluation.json"}}}
    first = register(plane, ModelMetrics=metrics, CustomerMetadataProperties={"feature_hash": "f00"})
    second = register(plane)

    waiting = plane.control.describe_model_package(ModelPackageName=first)
    plane.control.update_model_package(
        ModelPackageArn=first, ModelApprovalStatus="Approved", ApprovalDescription="it beats the old one"
    )
    plane.stop()
    plane.start()
    approved = plane.control.describe_model_package(ModelPackageName=first)

    assert made["ModelPackageGroupArn"] == f"{ARN}:model-package-group/divisa-decisions"
    assert [first, second] == [f"{ARN}:model-package/divisa-decisions/{version}" for version in (1, 2)]
    assert waiting["ModelApprovalStatus"] == "PendingManualApproval"
    assert waiting["ModelPackageStatus"] == "Completed"
    assert waiting["ModelMetrics"] == metrics
    assert waiting["CustomerMetadataProperties"] == {"feature_hash": "f00"}
    assert waiting["InferenceSpecification"] == SPECIFICATION
    assert approved["ModelApprovalStatus"] == "Approved"
    assert approved["ApprovalDescription"] == "it beats the old one"
    assert approved["LastModifiedTime"] >= approved["CreationTime"] == waiting["CreationTime"]
    listed = plane.control.list_model_packages(ModelPackageGroupName="Divisa-decisions", ModelApprovalStatus="Approved")
    assert [each["ModelPackageArn"] for each in listed["ModelPackageSummaryList"]] == [first]
    group = plane.control.describe_model_package_group(ModelPackageGroupName="Divisa-decisions")
    assert (group["ModelPackageGroupStatus"], group["ModelPackageGroupDescription"]) == ("Completed", "What decides")


def test_versions_come_a_page_at_a_time(plane: Plane) -> None:
    plane.control.create_model_package_group(ModelPackageGroupName="Divisa-decisions")
    arns = [register(plane) for _ in range(12)]

    pages = plane.control.get_paginator("list_model_packages").paginate(ModelPackageGroupName="Divisa-decisions")

    assert [each["ModelPackageArn"] for page in pages for each in page["ModelPackageSummaryList"]] == arns


def test_what_is_not_there_or_is_there_already_is_refused_in_sagemakers_words(plane: Plane) -> None:
    control = plane.control
    control.create_model_package_group(ModelPackageGroupName="Divisa-decisions")
    register(plane)
    group, package = f"{ARN}:model-package-group", f"{ARN}:model-package"

    assert refused(control.create_model_package_group, ModelPackageGroupName="Divisa-decisions") == (
        "ValidationException",
        f"Model Package Group already exists: {group}/divisa-decisions",
    )
    for call in (control.describe_model_package_group, control.list_model_packages):
        assert refused(call, ModelPackageGroupName="none") == (
            "ValidationException",
            f"ModelPackageGroup {group}/none does not exist.",
        )
    assert refused(control.describe_model_package, ModelPackageName="divisa-decisions/2") == (
        "ValidationException",
        f"ModelPackage {package}/divisa-decisions/2 does not exist.",
    )
    code, message = refused(
        control.update_model_package, ModelPackageArn=f"{package}/divisa-decisions/1", ModelApprovalStatus="Maybe"
    )
    assert code == "ValidationException"
    assert "Value 'Maybe' at 'modelApprovalStatus' failed to satisfy constraint" in message
    assert control.describe_model_package(ModelPackageName="divisa-decisions/1")["ModelApprovalStatus"] == (
        "PendingManualApproval"
    )


def test_what_the_retraining_pipeline_registers_is_a_request_that_boto3_sends(plane: Plane) -> None:
    definition = load()
    [step] = definition["Steps"][-1]["Arguments"]["IfSteps"]
    words = dict.fromkeys(step["Arguments"]["CustomerMetadataProperties"], "said")
    evaluated = {"S3Output": {"S3Uri": "s3://models/runs/1/evaluation"}}
    known = Known(
        parameters={"ApprovalStatus": "PendingManualApproval"},
        steps={
            "Train": {"ModelArtifacts": {"S3ModelArtifacts": "s3://models/model.tar.gz"}},
            "Evaluate": {"ProcessingOutputConfig": {"Outputs": {"evaluation": evaluated}}},
        },
        files={("Evaluate", "Evaluation"): {"model": words}},
    )
    registry = through(plane.control)

    arn = registry.register(resolve(step["Arguments"], known.lookup("1")))

    assert registry.knows(arn)
    assert not registry.knows(arn.replace("/1", "/2"))
    version = plane.control.describe_model_package(ModelPackageName=arn)
    assert version["ModelPackageGroupName"] == "divisa-local-decisions"
    assert version["CustomerMetadataProperties"] == words
    assert version["InferenceSpecification"]["Containers"][0]["ModelDataUrl"] == "s3://models/model.tar.gz"
    statistics = version["ModelMetrics"]["ModelQuality"]["Statistics"]
    assert statistics["S3Uri"] == "s3://models/runs/1/evaluation/evaluation.json"


def test_a_version_that_is_registered_while_the_cloud_runs_is_there_at_once_and_one_of_before_once_it_starts(
    tmp_path: Path,
) -> None:
    request = {"ModelPackageGroupName": "Divisa-decisions", "InferenceSpecification": SPECIFICATION}
    supervisor = Supervisor(tmp_path)
    port = supervisor.port_for(parts.SAGEMAKER)
    addresses = parts.addresses(ministack_port=0, sagemaker_port=port)
    registration(tmp_path).register(request)

    with supervisor.exclusively():
        supervisor.start(parts.sagemaker(tmp_path, addresses, port))
    try:
        while_running = registration(tmp_path)
        second = while_running.register(request)
        assert while_running.knows(second.replace("/2", "/1"))
    finally:
        with supervisor.exclusively():
            supervisor.stop(parts.SAGEMAKER)

    kept = ModelRegistry(tmp_path / "sagemaker" / "registry.json").list_packages({}, "us-east-1")
    assert [each["ModelPackageVersion"] for each in kept["ModelPackageSummaryList"]] == [1, 2]
