"""The AWS clients that the mappings process talks through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from divisa.domain.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping

    from mypy_boto3_dynamodbstreams.client import DynamoDBStreamsClient
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_kinesis.client import KinesisClient
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient

_LONGEST_FUNCTION_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Clients:
    """One client a service; all of them may be shared between threads."""

    functions: LambdaClient
    kinesis: KinesisClient
    dynamodb_streams: DynamoDBStreamsClient
    sqs: SQSClient
    sns: SNSClient
    events: EventBridgeClient


def clients_from(environment: AnyMapping[str, str]) -> Clients:
    """Build the clients for the emulator that `AWS_ENDPOINT_URL` names.

    Region and credentials fall back to what the emulator takes from anyone.

    Raises:
        InvalidSetting: no endpoint: this process must never take over the mappings of a real account.
    """
    endpoint = environment.get("AWS_ENDPOINT_URL", "")
    if not endpoint:
        raise InvalidSetting("AWS_ENDPOINT_URL", "must name the laptop cloud; real accounts are left alone")
    session = boto3.Session(
        aws_access_key_id=environment.get("AWS_ACCESS_KEY_ID", "test"),
        aws_secret_access_key=environment.get("AWS_SECRET_ACCESS_KEY", "test"),
        region_name=environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1",
    )
    reading = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 2}, max_pool_connections=32)
    # An invocation that is repeated by the client would be an attempt that nobody counted.
    invoking = Config(
        connect_timeout=2,
        read_timeout=_LONGEST_FUNCTION_SECONDS + 5,
        retries={"total_max_attempts": 1},
        max_pool_connections=64,
    )
    return Clients(
        functions=session.client("lambda", endpoint_url=endpoint, config=invoking),
        kinesis=session.client("kinesis", endpoint_url=endpoint, config=reading),
        dynamodb_streams=session.client("dynamodbstreams", endpoint_url=endpoint, config=reading),
        sqs=session.client("sqs", endpoint_url=endpoint, config=reading),
        sns=session.client("sns", endpoint_url=endpoint, config=reading),
        events=session.client("events", endpoint_url=endpoint, config=reading),
    )
