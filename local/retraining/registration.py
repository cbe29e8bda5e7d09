"""Registering a version: at the endpoint plane where one runs, else in the file that it will read when it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from local import parts
from local.addresses import REGION
from local.processes import PartState, Supervisor
from local.retraining.errors import RetrainingFailed
from local.sagemaker.errors import ControlError
from local.sagemaker.registry import REGISTRY, ModelRegistry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JsonObject = dict[str, Any]
_STEP = "register"


class Registration:
    """The registry, however it is reached.

    Args:
        call: carries out an operation of SageMaker, given its name and its request.
    """

    def __init__(self, call: Callable[[str, JsonObject], JsonObject]) -> None:
        self._call = call

    def register(self, request: JsonObject) -> str:
        """Register a version; its group is made where there is none, as the stack does it on AWS.

        Raises:
            RetrainingFailed: it was refused.
        """
        group = {"ModelPackageGroupName": request["ModelPackageGroupName"]}
        try:
            if not self._succeeds("DescribeModelPackageGroup", group):
                self._call("CreateModelPackageGroup", group)
            return str(self._call("CreateModelPackage", request)["ModelPackageArn"])
        except (ControlError, ClientError, BotoCoreError) as cause:
            raise RetrainingFailed(_STEP, str(cause)) from cause

    def knows(self, arn: str) -> bool:
        """Whether a version is registered.

        Raises:
            RetrainingFailed: the registry does not answer.
        """
        try:
            return self._succeeds("DescribeModelPackage", {"ModelPackageName": arn})
        except BotoCoreError as cause:
            raise RetrainingFailed(_STEP, str(cause)) from cause

    def _succeeds(self, operation: str, request: JsonObject) -> bool:
        try:
            self._call(operation, request)
        except (ControlError, ClientError):
            return False
        return True


def through(client: Any) -> Registration:
    """The registry that a SageMaker client of boto3 talks to."""
    return Registration(lambda operation, request: getattr(client, xform_name(operation))(**request))


def registration(home: Path) -> Registration:
    """The registry of a laptop cloud, whether or not it runs.

    Raises:
        LaptopCloudError: it does not run, and its file cannot be read.
    """
    status = Supervisor(home).status(parts.SAGEMAKER)
    if status.state is PartState.RUNNING and status.record is not None and status.record.port is not None:
        addresses = parts.addresses(ministack_port=0, sagemaker_port=status.record.port)
        return through(boto3.client("sagemaker", **addresses.client_settings("sagemaker")))
    registry = ModelRegistry(home / parts.SAGEMAKER / REGISTRY)
    return Registration(lambda operation, request: registry.operations[operation](request, REGION))
