from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from divisa.domain.errors import LaptopCloudError
from local.sagemaker.errors import ControlError
from local.sagemaker.registry import ModelRegistry

if TYPE_CHECKING:
    from pathlib import Path

REGION = "us-east-1"
SPECIFICATION = {"Containers": [{"Image": "sklearn", "ModelDataUrl": "s3://models/model.tar.gz"}]}


def registered(registry: ModelRegistry, **more: Any) -> str:
    request = {"ModelPackageGroupName": "divisa", "InferenceSpecification": SPECIFICATION, **more}
    return str(registry.create_package(request, REGION)["ModelPackageArn"])


@pytest.fixture
def registry(tmp_path: Path) -> ModelRegistry:
    made = ModelRegistry(tmp_path / "registry.json")
    made.create_group({"ModelPackageGroupName": "divisa"}, REGION)
    return made


def test_each_group_counts_its_own_versions(registry: ModelRegistry) -> None:
    registry.create_group({"ModelPackageGroupName": "other"}, REGION)

    arns = [registered(registry), registered(registry), registered(registry, ModelPackageGroupName="other")]

    assert [arn.rpartition("model-package/")[2] for arn in arns] == ["divisa/1", "divisa/2", "other/1"]


def test_what_is_registered_outlives_the_process(registry: ModelRegistry, tmp_path: Path) -> None:
    arn = registered(registry, CustomerMetadataProperties={"feature_hash": "f00"})
    registry.update_package({"ModelPackageArn": arn, "ModelApprovalStatus": "Approved"}, REGION)

    again = ModelRegistry(tmp_path / "registry.json").describe_package({"ModelPackageName": arn}, REGION)

    assert again == registry.describe_package({"ModelPackageName": "divisa/1"}, REGION)
    assert again["ModelApprovalStatus"] == "Approved"
    assert again["CustomerMetadataProperties"] == {"feature_hash": "f00"}


def test_the_first_version_is_listed_first_and_the_last_one_on_request(registry: ModelRegistry) -> None:
    for _ in range(3):
        registered(registry)

    def versions(**request: Any) -> list[int]:
        listed = registry.list_packages({"ModelPackageGroupName": "divisa", **request}, REGION)
        return [each["ModelPackageVersion"] for each in listed["ModelPackageSummaryList"]]

    assert versions() == [1, 2, 3]
    assert versions(SortOrder="Descending", MaxResults=1) == [3]
    assert versions(MaxResults=2, NextToken="2") == [3]


def test_what_was_put_on_a_version_is_replaced_and_taken_off(registry: ModelRegistry) -> None:
    arn = registered(registry, CustomerMetadataProperties={"a": "1", "b": "2"})

    registry.update_package({"ModelPackageArn": arn, "CustomerMetadataPropertiesToRemove": ["a"]}, REGION)

    assert registry.describe_package({"ModelPackageName": arn}, REGION)["CustomerMetadataProperties"] == {"b": "2"}


@pytest.mark.parametrize(
    "request_",
    [
        {"InferenceSpecification": SPECIFICATION},
        {"ModelPackageGroupName": "divisa"},
        {"ModelPackageGroupName": "divisa", "InferenceSpecification": {"Containers": []}},
    ],
)
def test_what_could_not_be_served_is_not_registered(registry: ModelRegistry, request_: dict[str, Any]) -> None:
    with pytest.raises(ControlError, match="The laptop cloud registers"):
        registry.create_package(request_, REGION)

    assert registry.list_packages({}, REGION)["ModelPackageSummaryList"] == []


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"groups": {}, "packages": []}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "registry.json").write_text(text)

    with pytest.raises(LaptopCloudError, match=r"registry\.json cannot be read"):
        ModelRegistry(tmp_path / "registry.json")
