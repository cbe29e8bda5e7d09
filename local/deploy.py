"""Deploying what `infra.package` made to the laptop's cloud: the template of AWS, by CloudFormation, over its API."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import LaptopCloudError
from infra.package import ARTIFACT, TEMPLATE
from local import databases, loading, mending, notifications
from local.deployment import PART, Deployment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_s3.client import S3Client
    from sqlalchemy import URL

    from local.addresses import Addresses

STACK = "divisa-local"
ARTIFACTS_BUCKET = "divisa-local-artifacts"

_TIMEOUT = 120.0  # Seconds. It takes two; a stack that needs this long is stuck.
_POLL = 0.1  # Seconds.
_UNUSABLE = frozenset({"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"})


def deploy(
    package: Path,
    addresses: Addresses,
    *,
    environment: Mapping[str, str] | None = None,
    database: URL | None = None,
) -> Deployment:
    """Create the stack, or bring it up to the package; unchanged is fine and takes a moment.

    Args:
        package: a folder of `infra.package.package("local")`.
        addresses: the running laptop cloud. Where it has a SageMaker plane, the functions are told its address.
        environment: variables for every function, over the template's own.
        database: the PostgreSQL that the lake's tables are loaded into; None where there is none.

    Returns:
        What was deployed.

    Raises:
        LaptopCloudError: the package is incomplete, or the stack failed; names the failing resources with reasons.
    """
    cloudformation = boto3.client("cloudformation", **addresses.client_settings("cloudformation"))
    s3 = boto3.client("s3", **addresses.client_settings("s3"))
    extra = dict(environment or {})
    if addresses.sagemaker_url is not None:
        extra.setdefault("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", addresses.sagemaker_url)
    try:
        template = json.loads((package / TEMPLATE).read_text(encoding="utf-8"))
        code = (package / ARTIFACT).read_bytes()
    except (OSError, ValueError) as error:
        raise LaptopCloudError(PART, f"the package in {package.name} cannot be read: {error}") from error
    try:
        _point_at_artifact(template, _upload(s3, code, f"{hashlib.sha256(code).hexdigest()}.zip"), extra)
        if database is not None:
            databases.point_at(template, addresses, database)
        body = json.dumps(template, sort_keys=True).encode()
        key = _upload(s3, body, "template.json", always=True)
        _apply(cloudformation, f"{addresses.endpoint_url}/{ARTIFACTS_BUCKET}/{key}")
        mending.mend(template, addresses)
        notifications.make_applications(template, addresses)
        deployed = read(addresses)
        loading.publish(addresses, deployed.lake_bucket_name)
        return deployed
    except (ClientError, BotoCoreError) as error:
        raise LaptopCloudError(PART, str(error)) from error
    finally:
        cloudformation.close()
        s3.close()


def read(addresses: Addresses) -> Deployment:
    """What is deployed now.

    Raises:
        LaptopCloudError: nothing is, or not by this version.
    """
    cloudformation = boto3.client("cloudformation", **addresses.client_settings("cloudformation"))
    try:
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except (ClientError, BotoCoreError) as error:
        raise LaptopCloudError(PART, f"nothing is deployed: {error}") from error
    finally:
        cloudformation.close()
    return Deployment.from_outputs({out["OutputKey"]: out["OutputValue"] for out in stack.get("Outputs", [])})


def _upload(s3: S3Client, body: bytes, key: str, *, always: bool = False) -> str:
    """Put an object where CloudFormation can read it; one whose key says its content is sent once."""
    present = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    if ARTIFACTS_BUCKET not in present:
        s3.create_bucket(Bucket=ARTIFACTS_BUCKET)
    elif not always and s3.list_objects_v2(Bucket=ARTIFACTS_BUCKET, Prefix=key).get("KeyCount", 0):
        return key
    s3.put_object(Bucket=ARTIFACTS_BUCKET, Key=key, Body=body)
    return key


def _point_at_artifact(template: dict[str, Any], key: str, environment: Mapping[str, str]) -> None:
    """Name the code by its content instead of by its time of packaging: unchanged code is then no update."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            properties = resource["Properties"]
            properties["Code"] = {"S3Bucket": ARTIFACTS_BUCKET, "S3Key": key}
            properties.setdefault("Environment", {}).setdefault("Variables", {}).update(environment)


def _apply(cloudformation: CloudFormationClient, template_url: str) -> None:
    status = _status(cloudformation)
    if status in _UNUSABLE:  # Nothing lives in a stack that never came up, and CloudFormation does not update it.
        cloudformation.delete_stack(StackName=STACK)
        _settled(cloudformation)
        status = _status(cloudformation)
    change = cloudformation.create_stack if status is None else cloudformation.update_stack
    try:
        change(StackName=STACK, TemplateURL=template_url, Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"])
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return
        raise
    ended = _settled(cloudformation)
    if ended not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise LaptopCloudError(PART, f"the stack ended in {ended}: {_failures(cloudformation)}")


def _status(cloudformation: CloudFormationClient) -> str | None:
    try:
        status = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if status == "DELETE_COMPLETE" else status


def _settled(cloudformation: CloudFormationClient) -> str | None:
    """The stack's status once nothing is in progress; None if it is gone."""
    deadline = time.monotonic() + _TIMEOUT
    while (status := _status(cloudformation)) is not None and status.endswith("IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise LaptopCloudError(PART, f"the stack is still {status} after {_TIMEOUT:.0f} seconds")
        time.sleep(_POLL)
    return status


def _failures(cloudformation: CloudFormationClient) -> str:
    """The resources that failed in the last attempt, each with its reason, the first first."""
    failures: list[str] = []
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=STACK)
    for event in (event for page in pages for event in page["StackEvents"]):  # The newest comes first.
        own = event.get("LogicalResourceId") == STACK
        if event.get("ResourceStatus", "").endswith("_FAILED") and not own:
            reason = event.get("ResourceStatusReason", "no reason given")
            failures.append(f"{event.get('LogicalResourceId')} ({event.get('ResourceType')}): {reason}")
        if own and event.get("ResourceStatus") in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"}:
            break
    return "; ".join(reversed(failures)) or "no resource says why"
