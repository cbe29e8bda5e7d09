"""Putting a model artefact behind the laptop cloud's SageMaker endpoint, with the calls that one makes on AWS."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import LaptopCloudError
from local.addresses import ACCOUNT_ID
from local.promotion.bucket import key_of

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_sagemaker.client import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import DescribeEndpointOutputTypeDef

    from local.addresses import Addresses
    from local.deployment import Deployment

PART = "endpoint"

_IMAGE = "sagemaker-scikit-learn:1.9-0-cpu-py3"
_TIMEOUT_SECONDS = 330.0  # Longer than a container may take to start: then the plane says why it did not.
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """What SageMaker says of the endpoint.

    Attributes:
        status: as SageMaker writes it, for example `InService`.
        configuration: names the artefact by its content.
        problem: why the last change failed, if it did.
    """

    name: str
    status: str
    configuration: str
    problem: str | None = None


class Place(Protocol):
    """Where a model is served, by the names that a deployment has for it."""

    @property
    def endpoint_name(self) -> str:
        """Of the endpoint."""
        ...

    @property
    def models_bucket_name(self) -> str:
        """Of the bucket that it takes artefacts from."""
        ...


def publish(artefact: Path, addresses: Addresses, deployment: Place) -> bool:
    """Serve an artefact at the deployment's endpoint; one that is served already is left alone.

    Returns:
        Whether anything had to be done.

    Raises:
        LaptopCloudError: the artefact cannot be read, or does not serve; the model before it goes on serving then.
    """
    try:
        body = artefact.read_bytes()
    except OSError as error:
        raise LaptopCloudError(PART, f"the model {artefact} cannot be read: {error.strerror}") from error
    key = key_of(body)
    wanted = f"{deployment.endpoint_name}-{key.partition('/')[0]}"
    sagemaker = boto3.client("sagemaker", **addresses.client_settings("sagemaker"))
    s3 = boto3.client("s3", **addresses.client_settings("s3"))
    try:
        now = _settled(sagemaker, deployment.endpoint_name)  # A plane that has just started brings it back first.
        # What was promoted bears the moment behind it.
        if now is not None and now["EndpointStatus"] == "InService" and now["EndpointConfigName"].startswith(wanted):
            return False
        s3.put_object(Bucket=deployment.models_bucket_name, Key=key, Body=body)
        _configure(sagemaker, wanted, f"s3://{deployment.models_bucket_name}/{key}")
        change = sagemaker.create_endpoint if now is None else sagemaker.update_endpoint
        change(EndpointName=deployment.endpoint_name, EndpointConfigName=wanted)
        _await(sagemaker, deployment.endpoint_name, wanted)
    except (ClientError, BotoCoreError) as error:
        raise LaptopCloudError(PART, str(error)) from error
    finally:
        sagemaker.close()
        s3.close()
    return True


def serves_another(artefact: Path, addresses: Addresses, deployment: Deployment) -> bool:
    """Whether the endpoint serves some other artefact than this.

    Raises:
        LaptopCloudError: the endpoint plane does not answer, or the artefact cannot be read.
    """
    sagemaker = boto3.client("sagemaker", **addresses.client_settings("sagemaker"))
    try:
        now = _settled(sagemaker, deployment.endpoint_name)
        is_served = now is not None and now["EndpointStatus"] == "InService"
        wanted = f"{deployment.endpoint_name}-{key_of(artefact.read_bytes()).partition('/')[0]}"
    except (ClientError, BotoCoreError, OSError) as error:
        raise LaptopCloudError(PART, str(error)) from error
    finally:
        sagemaker.close()
    return now is not None and is_served and not now["EndpointConfigName"].startswith(wanted)


def status(addresses: Addresses, name: str) -> EndpointStatus | None:
    """How the endpoint fares; None where there is none.

    Raises:
        LaptopCloudError: the endpoint plane does not answer.
    """
    sagemaker = boto3.client("sagemaker", **addresses.client_settings("sagemaker"))
    try:
        found = _described(sagemaker, name)
    except (ClientError, BotoCoreError) as error:
        raise LaptopCloudError(PART, str(error)) from error
    finally:
        sagemaker.close()
    if found is None:
        return None
    return EndpointStatus(
        name, found["EndpointStatus"], found.get("EndpointConfigName", ""), found.get("FailureReason")
    )


def _configure(sagemaker: SageMakerClient, name: str, artefact_uri: str) -> None:
    _forget(sagemaker, name)  # An attempt that failed may have left it behind.
    sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/divisa-local-endpoint",
        PrimaryContainer={
            "Image": _IMAGE,
            "ModelDataUrl": artefact_uri,
            "Environment": {
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                "OMP_NUM_THREADS": "1",
            },
        },
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {
                "VariantName": "all",
                "ModelName": name,
                "InstanceType": "ml.c5.large",
                "InitialInstanceCount": 1,
                "InitialVariantWeight": 1.0,
            }
        ],
    )


def _await(sagemaker: SageMakerClient, name: str, wanted: str) -> None:
    now = _settled(sagemaker, name)
    if now is None or now["EndpointStatus"] != "InService" or now["EndpointConfigName"] != wanted:
        reason = now.get("FailureReason") if now is not None else None
        raise LaptopCloudError(PART, f"the model does not serve: {reason or 'no reason given'}")


def _settled(sagemaker: SageMakerClient, name: str) -> DescribeEndpointOutputTypeDef | None:
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while (now := _described(sagemaker, name)) is not None and now["EndpointStatus"].endswith("ing"):
        if time.monotonic() > deadline:
            raise LaptopCloudError(PART, f"still {now['EndpointStatus']} after {_TIMEOUT_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)
    return now


def _forget(sagemaker: SageMakerClient, name: str) -> None:
    try:
        sagemaker.delete_endpoint_config(EndpointConfigName=name)
        sagemaker.delete_model(ModelName=name)
    except ClientError as error:
        if not _absent(error):
            raise


def _described(sagemaker: SageMakerClient, name: str) -> DescribeEndpointOutputTypeDef | None:
    try:
        return sagemaker.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if _absent(error):
            return None
        raise


def _absent(error: ClientError) -> bool:
    return "Could not find" in str(error)
