"""What MiniStack's CloudFormation drops of the template, set afterwards by each service's own API.

Put right: the tables' time to live, point-in-time recovery and encryption, the stream's encryption, which web pages may
call the API, and how many calls of a function may go on at a time. Left alone, because there nothing acts on them: the
buckets' default encryption and lifecycle rules, and the topics' keys. Queues, log groups, bucket policies,
subscriptions and mappings arrive whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_apigatewayv2.client import ApiGatewayV2Client
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_kinesis.client import KinesisClient
    from mypy_boto3_lambda.client import LambdaClient

    from local.addresses import Addresses

KEY_ALIAS = "alias/divisa-local"


def mend(template: Mapping[str, Any], addresses: Addresses) -> None:
    """Make the deployed tables, streams and API what the template says; a second time changes nothing.

    Args:
        template: the compiled template, with explicit table and stream names.
        addresses: the laptop cloud that it was deployed to.

    Raises:
        botocore.exceptions.ClientError: a call was refused.
    """
    dynamodb = boto3.client("dynamodb", **addresses.client_settings("dynamodb"))
    kinesis = boto3.client("kinesis", **addresses.client_settings("kinesis"))
    gateway = boto3.client("apigatewayv2", **addresses.client_settings("apigatewayv2"))
    functions = boto3.client("lambda", **addresses.client_settings("lambda"))
    try:
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::DynamoDB::Table":
                _mend_table(dynamodb, resource["Properties"])
            elif resource["Type"] == "AWS::Kinesis::Stream":
                _mend_stream(kinesis, resource["Properties"])
            elif resource["Type"] == "AWS::ApiGatewayV2::Api":
                _mend_api(gateway, resource["Properties"])
            elif resource["Type"] == "AWS::Lambda::Function":
                _mend_function(functions, resource["Properties"])
    finally:
        functions.close()
        gateway.close()
        dynamodb.close()
        kinesis.close()


def _mend_function(functions: LambdaClient, wanted: Mapping[str, Any]) -> None:
    if "ReservedConcurrentExecutions" in wanted:
        functions.put_function_concurrency(
            FunctionName=wanted["FunctionName"], ReservedConcurrentExecutions=wanted["ReservedConcurrentExecutions"]
        )


def _mend_table(dynamodb: DynamoDBClient, wanted: Mapping[str, Any]) -> None:
    name = wanted["TableName"]
    ttl = wanted.get("TimeToLiveSpecification")
    # DynamoDB refuses to enable what is enabled, so look first.
    if ttl is not None:
        now = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if now.get("AttributeName") != ttl["AttributeName"] or now.get("TimeToLiveStatus") != "ENABLED":
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
    recovery = wanted.get("PointInTimeRecoverySpecification")
    if recovery is not None:
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    if "SSESpecification" in wanted and "SSEDescription" not in dynamodb.describe_table(TableName=name)["Table"]:
        dynamodb.update_table(
            TableName=name, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY_ALIAS}
        )


def _mend_stream(kinesis: KinesisClient, wanted: Mapping[str, Any]) -> None:
    name = wanted["Name"]
    now = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    if "StreamEncryption" in wanted and now.get("EncryptionType") != "KMS":
        kinesis.start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId=KEY_ALIAS)


def _mend_api(gateway: ApiGatewayV2Client, wanted: Mapping[str, Any]) -> None:
    # CloudFormation stores the configuration under names that its own gateway does not read.
    [api_id] = (api["ApiId"] for api in gateway.get_apis()["Items"] if api["Name"] == wanted["Name"])
    gateway.update_api(ApiId=api_id, CorsConfiguration=wanted["CorsConfiguration"])
