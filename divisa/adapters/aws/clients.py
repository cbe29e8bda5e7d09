"""The boto3 clients, each with the timeouts and retries that its adapter counts on.

Region, credentials and, on a laptop, the endpoint come from the environment, as botocore reads it. Where an adapter
retries by itself, or must not send twice, botocore does not retry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient


def kinesis() -> KinesisClient:
    """For `KinesisQuoteStream` and `KinesisLedgerStream`, which retry."""
    return boto3.client("kinesis", config=_config(read=5.0, attempts=1))


def firehose() -> FirehoseClient:
    """For `FirehoseDecisionLog`, which retries, and must not hold up the next price."""
    return boto3.client("firehose", config=_config(read=2.0, attempts=1))


def sagemaker_runtime(*, connect: float = 1.0, read: float = 5.0) -> SageMakerRuntimeClient:
    """For `SageMakerScorer`, which retries. Timeouts in seconds; 10,000 rows take the model about 0.2."""
    return boto3.client("sagemaker-runtime", config=_config(connect=connect, read=read, attempts=1))


def topic_sns() -> SNSClient:
    """For `SnsSuggestionTopic`, which retries: all its tries fit into the time of a function that announces many."""
    return boto3.client("sns", config=_config(read=2.0, attempts=1))


def sms_sns() -> SNSClient:
    """For `SnsSmsGateway`: a person must not get the same text twice."""
    return boto3.client("sns", config=_config(read=10.0, attempts=1))


def push_sns() -> SNSClient:
    """For `SnsPushGateway`: a device must not show the same notification twice. It makes up to three requests each."""
    return boto3.client("sns", config=_config(read=5.0, attempts=1))


def sesv2() -> SESV2Client:
    """For `SesEmailGateway`: a person must not get the same email twice."""
    return boto3.client("sesv2", config=_config(read=10.0, attempts=1))


def cognito() -> CognitoIdentityProviderClient:
    """For `CognitoSignIns`."""
    return boto3.client("cognito-idp", config=_config(read=5.0, attempts=3))


def sqs() -> SQSClient:
    """For `SqsBacklog` and `SqsErasureQueue`, which retry."""
    return boto3.client("sqs", config=_config(read=5.0, attempts=1))


def s3() -> S3Client:
    """For `S3Quarantine`, which puts objects in parallel, and `S3ErasureMarkers`."""
    return boto3.client("s3", config=_config(read=5.0, attempts=4))


def uploads_s3() -> S3Client:
    """For `S3Feeds`, which signs forms: by version 4, the only one that S3 takes for encrypted objects."""
    return boto3.client("s3", config=_config(read=10.0, attempts=3).merge(Config(signature_version="s3v4")))


def secretsmanager() -> SecretsManagerClient:
    """For `SecretsManagerSecrets`."""
    return boto3.client("secretsmanager", config=_config(read=2.0, attempts=3))


def ssm() -> SSMClient:
    """For `ReplayClock`."""
    return boto3.client("ssm", config=_config(read=2.0, attempts=3))


def _config(*, read: float, attempts: int, connect: float = 1.0) -> Config:
    return Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
