"""The outputs of the laptop's stack, by name."""

from __future__ import annotations

import pytest

from divisa.domain.errors import LaptopCloudError
from local.deployment import Deployment

KEYS = [
    "TablePrefix",
    "ServedPairs",
    "WatchShards",
    "WatchAgeHours",
    "QuotesStreamName",
    "TransactionsStreamName",
    "DecisionsStreamName",
    "QuotesDoorStreamName",
    "TransactionsDoorStreamName",
    "SuggestionsDoorStreamName",
    "OutcomesDoorStreamName",
    "SuggestionsTopicArn",
    "OperationsTopicArn",
    "BacklogQueueUrl",
    "BacklogDeadLetterQueueUrl",
    "PushQueueUrl",
    "SmsQueueUrl",
    "EmailQueueUrl",
    "PushDeadLetterQueueUrl",
    "SmsDeadLetterQueueUrl",
    "EmailDeadLetterQueueUrl",
    "QuotesFailedQueueUrl",
    "OutboxFailedQueueUrl",
    "ToLakeFailedQueueUrl",
    "LedgerFailedQueueUrl",
    "TransactionsFailedQueueUrl",
    "InboundSmsTopicArn",
    "EmailFeedbackTopicArn",
    "InboundSmsQueueUrl",
    "EmailFeedbackQueueUrl",
    "InboundSmsDeadLetterQueueUrl",
    "EmailFeedbackDeadLetterQueueUrl",
    "ErasureQueueUrl",
    "ErasureDeadLetterQueueUrl",
    "QuarantineBucketName",
    "ModelsBucketName",
    "LakeBucketName",
    "SilverDatabaseName",
    "GoldDatabaseName",
    "ControlDatabaseName",
    "LakeWorkGroupName",
    "LoadingJobName",
    "LoadingMachineArn",
    "TypedCrawlerName",
    "UpkeepMachineArn",
    "ApiSecretName",
    "ProvidersSecretName",
    "SourcesSecretName",
    "EndpointName",
    "EndpointNameParameterName",
    "SenderEmailParameterName",
    "ClockParameterName",
    "ApiId",
    "UserPoolId",
    "AppClientId",
    "FeedsClientId",
    "QuotesFunctionName",
    "BacklogFunctionName",
    "RefreshFunctionName",
    "ReleaseFunctionName",
    "OutcomesFunctionName",
    "LedgerFunctionName",
    "TransactionsFunctionName",
    "OutboxFunctionName",
    "ToLakeFunctionName",
    "PushFunctionName",
    "SmsFunctionName",
    "EmailFunctionName",
    "ApiFunctionName",
    "PricesFunctionName",
    "InboundSmsFunctionName",
    "EmailFeedbackFunctionName",
    "ErasureFunctionName",
    "LakeFunctionName",
    "PullFunctionName",
]


def outputs() -> dict[str, str]:
    """What the stack says, each output with its own name as value."""
    numbers = {"WatchShards": "4", "WatchAgeHours": "6"}
    return {key: key for key in KEYS} | numbers | {"ServerlessDeploymentBucketName": "of no interest"}


def test_every_field_is_an_output_of_the_stack() -> None:
    deployment = Deployment.from_outputs(outputs())

    assert deployment.quotes_stream_name == "QuotesStreamName"
    assert deployment.sms_dead_letter_queue_url == "SmsDeadLetterQueueUrl"
    assert (deployment.watch_shards, deployment.watch_age_hours) == (4, 6.0)


def test_functions_come_in_the_order_in_which_a_quote_meets_them() -> None:
    deployment = Deployment.from_outputs(outputs())

    deciding = ("QuotesFunctionName", "BacklogFunctionName", "RefreshFunctionName")
    assert deployment.deciding_function_names == deciding
    assert deployment.function_names == (
        *deciding,
        "ReleaseFunctionName",
        "OutboxFunctionName",
        "PushFunctionName",
        "EmailFunctionName",
        "SmsFunctionName",
        "LedgerFunctionName",
        "TransactionsFunctionName",
        "ApiFunctionName",
        "PricesFunctionName",
        "InboundSmsFunctionName",
        "EmailFeedbackFunctionName",
        "OutcomesFunctionName",
        "ErasureFunctionName",
        "ToLakeFunctionName",
        "PullFunctionName",
        "LakeFunctionName",
    )


def test_a_stack_of_another_version_says_what_it_lacks() -> None:
    older = outputs()
    del older["TablePrefix"]

    with pytest.raises(LaptopCloudError, match="lacks the outputs TablePrefix"):
        Deployment.from_outputs(older)
