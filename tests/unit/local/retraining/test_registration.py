from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.retraining.errors import RetrainingFailed
from local.retraining.registration import registration
from local.sagemaker.registry import ModelRegistry

if TYPE_CHECKING:
    from pathlib import Path

REQUEST: dict[str, Any] = {
    "ModelPackageGroupName": "divisa-local-decisions",
    "InferenceSpecification": {"Containers": [{"Image": "sklearn", "ModelDataUrl": "file:///m.tar.gz"}]},
}


def test_without_a_running_cloud_versions_wait_in_the_file_that_it_will_read(tmp_path: Path) -> None:
    registry = registration(tmp_path)

    arns = [registry.register(REQUEST), registry.register(REQUEST)]

    kept = ModelRegistry(tmp_path / "sagemaker" / "registry.json").list_packages({}, "us-east-1")
    assert [each["ModelPackageArn"] for each in kept["ModelPackageSummaryList"]] == arns
    assert {each["ModelApprovalStatus"] for each in kept["ModelPackageSummaryList"]} == {"PendingManualApproval"}


def test_a_registered_version_is_known_and_no_other(tmp_path: Path) -> None:
    registry = registration(tmp_path)
    arn = registry.register(REQUEST)

    assert registry.knows(arn)
    assert not registry.knows(f"{arn}1")


def test_what_the_registry_refuses_fails_the_run(tmp_path: Path) -> None:
    with pytest.raises(RetrainingFailed, match="give InferenceSpecification"):
        registration(tmp_path).register({**REQUEST, "InferenceSpecification": {}})
