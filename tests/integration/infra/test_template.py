"""The CloudFormation that serverless.yml compiles to, on the laptop and in production."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws.decisions import PREFIX
from divisa.domain.errors import InvalidSetting
from divisa.domain.recipient import Channel
from infra.package import TEMPLATE, package
from tests.integration.infra.template import FUNCTIONS, as_list, of_type, referred, statements, streams

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources


pytestmark = pytest.mark.integration


@pytest.mark.parametrize("function", ["RefreshLambdaFunction", "ReleaseLambdaFunction"])
def test_what_is_scheduled_starts_every_minute_is_over_before_the_next_and_is_not_retried(
    resources: Resources, function: str
) -> None:
    rules = of_type(resources, "Events::Rule").values()
    [rule] = (each for each in rules if [referred(target["Arn"]) for target in each["Targets"]] == [function])
    permissions = of_type(resources, "Lambda::Permission").values()
    [permission] = (
        each
        for each in permissions
        if each["Principal"] == "events.amazonaws.com" and referred(each["FunctionName"]) == function
    )
    configured = of_type(resources, "Lambda::EventInvokeConfig").values()
    [retries] = (each for each in configured if referred(each["FunctionName"]) == function)

    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    assert permission["Action"] == "lambda:InvokeFunction"
    assert resources[function]["Properties"]["Timeout"] < 60
    assert retries["MaximumRetryAttempts"] == 0


def test_a_million_watches_of_a_pair_are_refreshed_before_they_are_stale(templates: dict[str, dict[str, Any]]) -> None:
    told = templates["prod"]["Resources"]["RefreshLambdaFunction"]["Properties"]["Environment"]["Variables"]

    assert 60 * float(told["WATCH_AGE_HOURS"]) * int(told["REFRESHES_PER_RUN"]) > 1_000_000


def test_a_shard_that_is_worked_off_is_a_call_of_its_own(resources: Resources) -> None:
    mappings = of_type(resources, "Lambda::EventSourceMapping").values()
    [backlog] = (each for each in mappings if referred(each["EventSourceArn"]) == "BacklogQueue")

    assert backlog["BatchSize"] == 1
    assert backlog["ScalingConfig"]["MaximumConcurrency"] >= 2


@pytest.mark.parametrize(
    ("table", "key", "ttl"),
    [
        ("Portfolios", ["user_id", "pair"], None),
        ("Summaries", ["user_id", "pair"], None),
        ("Watches", ["pair_shard", "user_id"], None),
        ("Market", ["pair"], None),
        ("Suggestions", ["user_id", "suggestion_id"], "ttl"),
        ("Recipients", ["user_id"], None),
        ("Deliveries", ["suggestion_id", "channel"], "ttl"),
        ("Budgets", ["country", "month"], "ttl"),
        ("Pacing", ["user_id"], "ttl"),
        ("Transactions", ["user_id", "transaction_id"], None),
    ],
)
def test_a_table_has_its_key_and_forgets_only_what_it_should(
    resources: Resources, table: str, key: list[str], ttl: str | None
) -> None:
    properties = of_type(resources, "DynamoDB::Table")[f"{table}Table"]

    assert [each["AttributeName"] for each in properties["KeySchema"]] == key
    assert properties.get("TimeToLiveSpecification", {}).get("AttributeName") == ttl


def test_every_table_is_on_demand_encrypted_and_recoverable_to_any_second(resources: Resources) -> None:
    for properties in of_type(resources, "DynamoDB::Table").values():
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert properties["SSESpecification"]["SSEType"] == "KMS"
        assert referred(properties["SSESpecification"]["KMSMasterKeyId"]) == "DataKey"


@pytest.mark.parametrize("table", ["Suggestions", "Outcomes", "Transactions"])
def test_a_table_streams_what_was_inserted(resources: Resources, table: str) -> None:
    tables = of_type(resources, "DynamoDB::Table")

    assert tables[f"{table}Table"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


@pytest.mark.parametrize(("stage", "policy"), [("local", "Delete"), ("prod", "Retain")])
def test_state_outlives_its_stack_except_on_a_laptop(
    templates: dict[str, dict[str, Any]], stage: str, policy: str
) -> None:
    stateful = {"AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"}
    stateful.add("AWS::RedshiftServerless::Namespace")
    for name, each in templates[stage]["Resources"].items():
        if each["Type"] in stateful and name != "ServerlessDeploymentBucket":
            assert (each["DeletionPolicy"], each["UpdateReplacePolicy"]) == (policy, policy), name


def test_every_queue_has_a_dead_letter_queue_or_is_where_failures_end(resources: Resources) -> None:
    queues = of_type(resources, "SQS::Queue")
    ends = {referred(each["DestinationConfig"]["OnFailure"]["Destination"]) for each in streams(resources).values()} | {
        referred(each["RedrivePolicy"]["deadLetterTargetArn"]) for each in queues.values() if "RedrivePolicy" in each
    }

    assert ends == {name for name, each in queues.items() if "RedrivePolicy" not in each}
    assert len(ends) >= 9


def test_what_failed_is_kept_for_as_long_as_sqs_can(resources: Resources) -> None:
    kept = [each for each in of_type(resources, "SQS::Queue").values() if "RedrivePolicy" not in each]

    assert {each["MessageRetentionPeriod"] for each in kept} == {14 * 86_400}


def test_what_the_topic_cannot_hand_over_goes_to_the_channels_dead_letter_queue(resources: Resources) -> None:
    queues = of_type(resources, "SQS::Queue")
    for each in of_type(resources, "SNS::Subscription").values():
        own = queues[referred(each["Endpoint"])]["RedrivePolicy"]["deadLetterTargetArn"]
        assert each["RedrivePolicy"]["deadLetterTargetArn"] == own
        assert each["RawMessageDelivery"] is True


def test_each_queue_takes_its_own_channel_from_the_topic(resources: Resources) -> None:
    subscriptions = of_type(resources, "SNS::Subscription").values()
    channels = [each for each in subscriptions if referred(each["TopicArn"]) == "SuggestionsTopic"]
    filters = {referred(each["Endpoint"]): each["FilterPolicy"] for each in channels}

    assert filters == {f"{name.title()}Queue": {"channel": [name]} for name in Channel}


def test_a_queue_hides_a_message_for_six_times_as_long_as_its_function_may_run(resources: Resources) -> None:
    queues, functions = of_type(resources, "SQS::Queue"), of_type(resources, "Lambda::Function")
    mappings = of_type(resources, "Lambda::EventSourceMapping").values()
    for each in (mapping for mapping in mappings if "StartingPosition" not in mapping):
        function = functions[referred(each["FunctionName"])]
        assert queues[referred(each["EventSourceArn"])]["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_everything_that_holds_data_is_encrypted_with_our_key(resources: Resources) -> None:
    for each in of_type(resources, "Kinesis::Stream").values():
        assert referred(each["StreamEncryption"]["KeyId"]) == "DataKey"
    for kind in ("SQS::Queue", "SNS::Topic"):
        assert {referred(each["KmsMasterKeyId"]) for each in of_type(resources, kind).values()} == {"DataKey"}
    assert {referred(each["KmsKeyId"]) for each in of_type(resources, "Logs::LogGroup").values()} == {"DataKey"}
    assert resources["DataKey"]["Properties"]["EnableKeyRotation"] is True


def test_decisions_are_put_into_the_lake_by_day_by_a_role_that_can_do_nothing_else(resources: Resources) -> None:
    stream = of_type(resources, "KinesisFirehose::DeliveryStream")["DecisionsStream"]
    destination = stream["ExtendedS3DestinationConfiguration"]
    role = resources["DecisionsRole"]["Properties"]
    puts = [s for s in statements(role) if "s3:PutObject" in as_list(s["Action"])]

    assert referred(destination["BucketARN"]) == "LakeBucket"
    assert referred(destination["RoleARN"]) == "DecisionsRole"
    assert referred(stream["DeliveryStreamEncryptionConfigurationInput"]["KeyARN"]) == "DataKey"
    assert destination["Prefix"].startswith(f"{PREFIX}day=")
    assert not destination["ErrorOutputPrefix"].startswith(PREFIX)
    assert [s["Resource"] for s in puts] == [
        [{"Fn::Sub": "${LakeBucket.Arn}/decisions/*"}, {"Fn::Sub": "${LakeBucket.Arn}/decisions-failed/*"}]
    ]


def test_our_buckets_are_encrypted_private_tidied_and_speak_tls_only(resources: Resources) -> None:
    buckets = of_type(resources, "S3::Bucket")
    del buckets["ServerlessDeploymentBucket"]  # osls's own: it holds templates and code, no data.
    logs = buckets.pop("LakeLogsBucket")  # S3 delivers its access logs into no bucket with another key than its own.
    refusing = {
        referred(policy["Bucket"])
        for policy in of_type(resources, "S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and str(statement["Condition"]["Bool"]["aws:SecureTransport"]).lower() == "false"
    }

    assert set(buckets) == {"QuarantineBucket", "ModelsBucket", "LakeBucket"} <= refusing - {"LakeLogsBucket"}
    assert "LakeLogsBucket" in refusing
    assert all(logs["PublicAccessBlockConfiguration"].values())
    for each in buckets.values():
        (rule,) = each["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert referred(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]) == "DataKey"
        assert all(each["PublicAccessBlockConfiguration"].values())
        assert len(each["LifecycleConfiguration"]["Rules"]) >= 2


def test_every_log_of_a_function_of_the_api_and_of_deliveries_ends_some_day(resources: Resources) -> None:
    groups = of_type(resources, "Logs::LogGroup").values()
    functions = of_type(resources, "Lambda::Function").values()

    of_functions = {f"/aws/lambda/{f['FunctionName']}" for f in functions}
    [access_log, *deliveries] = sorted({group["LogGroupName"] for group in groups} - of_functions)
    assert access_log.startswith("/aws/apigateway/divisa-")
    assert all(each.startswith("/aws/kinesisfirehose/divisa-") for each in deliveries)
    assert len(deliveries) == len(of_type(resources, "KinesisFirehose::DeliveryStream"))
    assert len(groups) == len(of_functions) + 1 + len(deliveries)
    assert all(group["RetentionInDays"] > 0 for group in groups)


def test_every_function_is_traced_and_runs_what_the_artifact_was_built_for(resources: Resources) -> None:
    for each in of_type(resources, "Lambda::Function").values():
        assert each["TracingConfig"] == {"Mode": "Active"}
        assert (each["Runtime"], each["Architectures"]) == ("python3.12", ["x86_64"])


def test_each_function_is_told_what_it_needs_and_no_more(resources: Resources) -> None:
    every = {"STAGE", "TABLE_PREFIX", "LOG_LEVEL", "CLOCK", "CLOCK_PARAMETER"}
    every |= {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}
    deciding = {"ENDPOINT_NAME", "MAX_QUOTE_AGE_SECONDS", "POLICY_PARAMETER", "WATCH_SHARDS", "WATCH_AGE_HOURS"}
    deciding |= {"EXPERIMENT_SECRET_ID", "DECISIONS_STREAM_NAME"}
    people = {"PAIRS", "WATCH_SHARDS", "API_SECRET_ID", "USER_POOL_ID", "ERASURE_QUEUE_URL"}
    sending = {"SUGGESTIONS_TOPIC_ARN", "APP_URL", "DELIVERY_TRIES"}
    functions = of_type(resources, "Lambda::Function")
    own = {name: set(functions[f"{name}LambdaFunction"]["Environment"]["Variables"]) - every for name in FUNCTIONS}

    assert own == {
        "Quotes": deciding | {"PAIRS", "QUARANTINE_BUCKET", "BACKLOG_QUEUE_URL", "DECIDED_AT_ONCE"},
        "Lake": {"LAKE_BUCKET"},
        "Backlog": deciding | {"BACKLOG_QUEUE_URL"},
        "Refresh": deciding | {"PAIRS", "REFRESHES_PER_RUN"},
        "Release": deciding | {"RELEASES_PER_RUN"},
        "Pull": {"LAKE_BUCKET", "SOURCES_SECRET_ID"},
        "Outcomes": {"OUTCOMES_PER_RUN"},
        "Ledger": {"TRANSACTIONS_STREAM_NAME"},
        "Transactions": deciding,
        "Outbox": {"SUGGESTIONS_TOPIC_ARN"},
        "ToLake": {"SUGGESTIONS_DOOR_NAME", "OUTCOMES_DOOR_NAME"},
        "Push": sending | {"ANDROID_APPLICATION_ARN", "IOS_APPLICATION_ARN"},
        "Sms": sending | {"SMS_SENDER_ID", "SMS_TARIFF"},
        "Email": sending | {"SENDER_EMAIL", "CONFIGURATION_SET", "API_URL", "API_SECRET_ID"},
        "Api": people | {"REQUESTS_PER_MINUTE", "MAX_QUOTE_AGE_SECONDS", "QUOTE_VALIDITY_SECONDS", "LAKE_BUCKET"},
        "Prices": {"PAIRS", "PROVIDERS_SECRET_ID", "QUOTES_STREAM_NAME"},
        "Erasure": people | {"LAKE_BUCKET", "ANDROID_APPLICATION_ARN", "IOS_APPLICATION_ARN"},
        "InboundSms": set(),
        "EmailFeedback": set(),
    }


@pytest.mark.parametrize("channel", ["Push", "Sms", "Email"])
def test_a_channel_knows_at_which_try_its_queue_gives_up(resources: Resources, channel: str) -> None:
    told = resources[f"{channel}LambdaFunction"]["Properties"]["Environment"]["Variables"]["DELIVERY_TRIES"]
    gives_up = resources[f"{channel}Queue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    assert int(told) == int(gives_up) == 5


def test_sagemaker_is_asked_for_in_the_cloud_only_and_once_there_is_a_model(
    templates: dict[str, dict[str, Any]],
) -> None:
    template = templates["prod"]
    ours = {name: each for name, each in template["Resources"].items() if each["Type"].startswith("AWS::SageMaker::")}

    assert {name: each["Condition"] for name, each in ours.items()} == {
        "DecisionsModel": "HasModel",
        "DecisionsEndpointConfig": "HasModel",
        "DecisionsEndpoint": "HasModel",
        "DecisionsModels": "IsCloud",
        "RetrainingPipeline": "HasRetraining",
    }
    assert {"Condition": "IsCloud"} in template["Conditions"]["HasModel"]["Fn::And"]
    assert template["Conditions"]["IsCloud"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}


@pytest.mark.parametrize("stage", ["local", "prod"])
def test_cfn_lint_has_nothing_to_say(packages: dict[str, Path], stage: str) -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    said = subprocess.run([lint, packages[stage] / TEMPLATE], capture_output=True, text=True, check=False)

    assert (said.stdout, said.returncode) == ("", 0)


def test_packaging_again_compiles_nothing_again(packages: dict[str, Path]) -> None:
    said: list[str] = []
    before = (packages["local"] / TEMPLATE).stat().st_mtime_ns
    package("local", destination=packages["local"], report=said.append)

    assert (packages["local"] / TEMPLATE).stat().st_mtime_ns == before
    assert not any("compiling" in line for line in said)


@pytest.mark.parametrize("stage", ["", "Prod", "my-stage", "../prod", "1st"])
def test_a_stage_whose_name_fits_no_resource_is_refused(stage: str) -> None:
    with pytest.raises(InvalidSetting, match="stage"):
        package(stage)


def test_what_comes_back_has_a_topic_and_a_queue_of_its_own_and_only_its_service_publishes_there(
    resources: Resources,
) -> None:
    subscriptions = of_type(resources, "SNS::Subscription").values()
    queues = {referred(each["TopicArn"]): referred(each["Endpoint"]) for each in subscriptions}
    publishers = {
        referred(topic): statement["Principal"]["Service"]
        for policy in of_type(resources, "SNS::TopicPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        for topic in policy["Topics"]
        if statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }

    assert publishers == {"InboundSmsTopic": "sms-voice.amazonaws.com", "EmailFeedbackTopic": "ses.amazonaws.com"}
    assert {name: queues[name] for name in publishers} == {
        "InboundSmsTopic": "InboundSmsQueue",
        "EmailFeedbackTopic": "EmailFeedbackQueue",
    }


def test_ses_tells_of_bounces_and_complaints_of_every_email_that_we_send(resources: Resources) -> None:
    told = resources["EmailLambdaFunction"]["Properties"]["Environment"]["Variables"]["CONFIGURATION_SET"]
    [destination] = of_type(resources, "SES::ConfigurationSetEventDestination").values()

    assert told == destination["ConfigurationSetName"] == {"Ref": "EmailConfiguration"}
    assert destination["EventDestination"]["MatchingEventTypes"] == ["bounce", "complaint", "delivery"]
    assert destination["EventDestination"]["SnsDestination"] == {"TopicARN": {"Ref": "EmailFeedbackTopic"}}
