"""The model registry: groups of models, and in each the versions 1, 2, … that somebody approves or rejects.

Only models of a group are kept; on AWS there are unversioned packages too. Survives a restart as one JSON file.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

from divisa.domain.errors import LaptopCloudError
from local.json_file import replace_json
from local.sagemaker.errors import ControlError
from local.sagemaker.requests import choice_of, name_of, page_of
from local.sagemaker.resources import JsonObject, arn_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REGISTRY = "registry.json"
"""Its file in the plane's folder."""
PENDING, APPROVED, REJECTED = "PendingManualApproval", "Approved", "Rejected"
_STATUSES = (APPROVED, REJECTED, PENDING)
_PACKAGE = re.compile(
    r"(?:arn:aws:sagemaker:[a-z0-9-]+:\d{12}:model-package/)?(?P<group>[a-zA-Z0-9-]+)/(?P<version>\d{1,5})"
)
_SUMMARY = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
)


class ModelRegistry:
    """What is registered. Each operation takes a request as AWS defines it, and the caller's region.

    Args:
        path: the file that it is kept in; need not exist.

    Raises:
        LaptopCloudError: the file cannot be read; names it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._groups, self._packages = _load(path)
        self.operations: dict[str, Callable[[JsonObject, str], JsonObject]] = {
            "CreateModelPackageGroup": self.create_group,
            "DescribeModelPackageGroup": self.describe_group,
            "CreateModelPackage": self.create_package,
            "DescribeModelPackage": self.describe_package,
            "ListModelPackages": self.list_packages,
            "UpdateModelPackage": self.update_package,
        }

    def create_group(self, request: JsonObject, region: str) -> JsonObject:
        """Make a group.

        Raises:
            ControlError: there is one of that name, or the name is none.
        """
        name = name_of(request, "ModelPackageGroupName")
        arn = arn_of("model-package-group", name, region)
        if name in self._groups:
            raise ControlError(f"Model Package Group already exists: {arn}")
        self._groups[name] = {
            **request,
            "ModelPackageGroupArn": arn,
            "CreationTime": time.time(),
            "CreatedBy": {},
            "ModelPackageGroupStatus": "Completed",
        }
        self._save()
        return {"ModelPackageGroupArn": arn}

    def describe_group(self, request: JsonObject, region: str) -> JsonObject:
        """A group.

        Raises:
            ControlError: there is none of that name.
        """
        return self._groups[self._group_of(request, region)]

    def create_package(self, request: JsonObject, region: str) -> JsonObject:
        """Register the next version of a group; it waits for approval unless the request says otherwise.

        Raises:
            ControlError: no such group, no container, or a status that is none.
        """
        if request.get("ModelPackageGroupName") is None:
            raise ControlError("The laptop cloud registers versions of a group only; give ModelPackageGroupName.")
        group = self._group_of(request, region)
        if not (request.get("InferenceSpecification") or {}).get("Containers"):
            raise ControlError("The laptop cloud registers models that can be served; give InferenceSpecification.")
        status = choice_of({"ModelApprovalStatus": PENDING, **request}, "ModelApprovalStatus", _STATUSES)
        packages = self._packages.setdefault(group, [])
        version = len(packages) + 1
        arn = arn_of("model-package", f"{group}/{version}", region)
        package = {
            **{name: value for name, value in request.items() if name not in {"ClientToken", "SkipModelValidation"}},
            "ModelPackageGroupName": group,
            "ModelPackageVersion": version,
            "ModelPackageArn": arn,
            "CreationTime": time.time(),
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CertifyForMarketplace": False,
            "ModelApprovalStatus": status,
        }
        packages.append(package)
        self._save()
        return {"ModelPackageArn": arn}

    def describe_package(self, request: JsonObject, region: str) -> JsonObject:
        """A version, by its ARN or by `group/version`.

        Raises:
            ControlError: there is none.
        """
        return self._package(request, "ModelPackageName", region)

    def list_packages(self, request: JsonObject, region: str) -> JsonObject:
        """Versions, the first one first unless asked otherwise.

        Raises:
            ControlError: no such group.
        """
        groups = list(self._packages)
        if request.get("ModelPackageGroupName") is not None:
            groups = [self._group_of(request, region)]
        wanted = request.get("ModelApprovalStatus")
        summaries = [
            {name: package[name] for name in _SUMMARY if name in package}
            for group in groups
            for package in self._packages.get(group, [])
            if wanted in (None, package["ModelApprovalStatus"])
        ]
        page, token = page_of({"SortOrder": "Ascending", **request}, summaries, "ModelPackageGroupName")
        return {"ModelPackageSummaryList": page, **({"NextToken": token} if token else {})}

    def update_package(self, request: JsonObject, region: str) -> JsonObject:
        """Approve or reject a version, and say why; or change the words that were put on it.

        Raises:
            ControlError: no such version, or a status that is none.
        """
        package = self._package(request, "ModelPackageArn", region)
        changed: JsonObject = {}
        if "ModelApprovalStatus" in request:
            changed["ModelApprovalStatus"] = choice_of(request, "ModelApprovalStatus", _STATUSES)
        if "ApprovalDescription" in request:
            changed["ApprovalDescription"] = str(request["ApprovalDescription"])
        words = dict(request.get("CustomerMetadataProperties") or package.get("CustomerMetadataProperties") or {})
        for name in request.get("CustomerMetadataPropertiesToRemove") or []:
            words.pop(name, None)
        package.update(changed, CustomerMetadataProperties=words, LastModifiedTime=time.time(), LastModifiedBy={})
        self._save()
        return {"ModelPackageArn": package["ModelPackageArn"]}

    def _group_of(self, request: JsonObject, region: str) -> str:
        """The name of a group that there is; requests give it, or its ARN."""
        given = request.get("ModelPackageGroupName")
        last = given.rpartition("/")[2] if isinstance(given, str) and given.startswith("arn:") else given
        name = name_of({**request, "ModelPackageGroupName": last}, "ModelPackageGroupName")
        if name not in self._groups:
            raise ControlError(f"ModelPackageGroup {arn_of('model-package-group', name, region)} does not exist.")
        return name

    def _package(self, request: JsonObject, parameter: str, region: str) -> JsonObject:
        given = str(request.get(parameter) or "")
        found = _PACKAGE.fullmatch(given)
        if found is not None:
            # An ARN is in small letters, whatever the group's name is in.
            names = [name for name in self._packages if name.lower() == found["group"].lower()]
            number = int(found["version"])
            if names and 1 <= number <= len(self._packages[names[0]]):
                return self._packages[names[0]][number - 1]
        arn = given if given.startswith("arn:") else arn_of("model-package", given, region)
        raise ControlError(f"ModelPackage {arn} does not exist.")

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_json(self._path, {"groups": self._groups, "packages": self._packages})


def _load(path: Path) -> tuple[dict[str, JsonObject], dict[str, list[JsonObject]]]:
    if not path.exists():
        return {}, {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return dict(content["groups"]), {name: list(packages) for name, packages in content["packages"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise LaptopCloudError("sagemaker", f"{path} cannot be read ({cause}); delete it to begin anew") from cause
