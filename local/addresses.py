"""Where the laptop cloud answers, and what a client needs to talk to it and to nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TypedDict

REGION = "us-east-1"
ACCOUNT_ID = "000000000000"

_KEY = "test"


class ClientSettings(TypedDict):
    """Arguments for `boto3.client`, after the service's name."""

    endpoint_url: str
    region_name: str
    aws_access_key_id: str
    aws_secret_access_key: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one laptop cloud.

    Attributes:
        endpoint_url: MiniStack, for every service but SageMaker.
        sagemaker_url: the SageMaker endpoint plane, control and runtime; None where it is not part of it.
    """

    endpoint_url: str
    sagemaker_url: str | None = None

    def environ(self) -> dict[str, str]:
        """The AWS part of an environment: this cloud's addresses and keys, and no way to a real account."""
        settings = {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _KEY,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if self.sagemaker_url is not None:
            settings["AWS_ENDPOINT_URL_SAGEMAKER"] = self.sagemaker_url
            settings["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] = self.sagemaker_url
        return settings

    def client_settings(self, service: str) -> ClientSettings:
        """What `boto3.client(service, **settings)` needs, whatever the caller's own environment says.

        Args:
            service: boto3's name of the service, for example `kinesis` or `sagemaker-runtime`.
        """
        ours = self.sagemaker_url if service.startswith("sagemaker") else None
        return {
            "endpoint_url": ours or self.endpoint_url,
            "region_name": REGION,
            "aws_access_key_id": _KEY,
            "aws_secret_access_key": _KEY,
        }


def without_aws(environ: dict[str, str]) -> dict[str, str]:
    """An environment without the AWS settings of whoever started us, nor their Python path."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith("AWS_") and name not in {"PYTHONPATH", "VIRTUAL_ENV"}
    }
