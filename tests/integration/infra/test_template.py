"""The CloudFormation that serverless.yml compiles to, on the laptop and in production."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from divisa.domain.errors import InvalidSetting
from infra.artifact import ROOT
from infra.package import TEMPLATE, package

if TYPE_CHECKING:
    from collections.abc import Iterator

Resources = dict[str, dict[str, Any]]

pytestmark = pytest.mark.integration

FUNCTIONS = ("Quotes", "Outbox", "Sms", "Email")
WITHOUT_RESOURCES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "ecr:GetAuthorizationToken"}
"""Actions that know no resources: AWS takes nothing but a star."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("packages")
    model = {"modelKey": "decisions/model.tar.gz"}
    return {
        "local": package("local", destination=folder / "local"),
        "prod": package("prod", parameters=model, destination=folder / "prod"),
    }


@pytest.fixture(scope="module")
def templates(packages: dict[str, Path]) -> dict[str, dict[str, Any]]:
    return {stage: json.loads((folder / TEMPLATE).read_text()) for stage, folder in packages.items()}


@pytest.fixture(params=["local", "prod"])
def resources(request: pytest.FixtureRequest, templates: dict[str, dict[str, Any]]) -> Resources:
    found: Resources = templates[request.param]["Resources"]
    return found


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of a type, by logical id."""
    found = {name: each["Properties"] for name, each in resources.items() if each["Type"] == f"AWS::{kind}"}
    assert found
    return found


def referred(value: Any) -> str:
    """The logical id that a Ref, a GetAtt or a Sub of one resource points at."""
    if "Ref" in value:
        return str(value["Ref"])
    if "Fn::GetAtt" in value:
        return str(value["Fn::GetAtt"][0])
    return re.sub(r"^\$\{([A-Za-z]+)\.Arn\}$", r"\1", value["Fn::Sub"])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def streams(resources: Resources) -> dict[str, dict[str, Any]]:
    mappings = of_type(resources, "Lambda::EventSourceMapping")
    return {name: each for name, each in mappings.items() if "StartingPosition" in each}


def test_every_function_has_a_role_of_its_own(resources: Resources) -> None:
    roles = [referred(each["Role"]) for each in of_type(resources, "Lambda::Function").values()]

    assert sorted(roles) == sorted(f"{name}Role" for name in FUNCTIONS)
    assert "IamRoleLambdaExecution" not in resources


def test_no_role_may_do_everything_of_a_service(resources: Resources) -> None:
    actions = [
        a for role in of_type(resources, "IAM::Role").values() for s in statements(role) for a in as_list(s["Action"])
    ]

    assert [action for action in actions if "*" in action] == []


def test_a_role_reaches_only_named_resources_save_where_there_are_none_to_name(resources: Resources) -> None:
    unnamed = {
        (name, action)
        for name, role in of_type(resources, "IAM::Role").items()
        for statement in statements(role)
        if statement["Effect"] == "Allow" and "*" in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
        if action not in WITHOUT_RESOURCES
    }

    assert unnamed == {("SmsRole", "sns:Publish")}


def test_the_sms_sender_publishes_to_phone_numbers_and_to_no_topic(resources: Resources) -> None:
    publishing = [s for s in statements(resources["SmsRole"]["Properties"]) if s["Action"] == "sns:Publish"]

    assert [(s["Effect"], s["Resource"]) for s in publishing] == [
        ("Allow", "*"),
        ("Deny", {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}),
    ]


def test_only_the_consumer_reaches_the_model_only_the_outbox_the_topic_only_the_sender_emails(
    resources: Resources,
) -> None:
    def may(name: str, action: str, resource: Any = None) -> bool:
        return any(
            action in as_list(statement["Action"]) and resource in (None, statement["Resource"])
            for statement in statements(resources[f"{name}Role"]["Properties"])
        )

    topic = {"Ref": "SuggestionsTopic"}
    assert [name for name in FUNCTIONS if may(name, "sagemaker:InvokeEndpoint")] == ["Quotes"]
    assert [name for name in FUNCTIONS if may(name, "sns:Publish", topic)] == ["Outbox"]
    assert [name for name in FUNCTIONS if may(name, "ses:SendEmail")] == ["Email"]


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


def test_the_suggestions_table_streams_what_was_inserted(resources: Resources) -> None:
    tables = of_type(resources, "DynamoDB::Table")

    assert tables["SuggestionsTable"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


@pytest.mark.parametrize(("stage", "policy"), [("local", "Delete"), ("prod", "Retain")])
def test_state_outlives_its_stack_except_on_a_laptop(
    templates: dict[str, dict[str, Any]], stage: str, policy: str
) -> None:
    stateful = {"AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket"}
    for name, each in templates[stage]["Resources"].items():
        if each["Type"] in stateful and name != "ServerlessDeploymentBucket":
            assert (each["DeletionPolicy"], each["UpdateReplacePolicy"]) == (policy, policy), name


def test_every_queue_has_a_dead_letter_queue_or_is_where_failures_end(resources: Resources) -> None:
    queues = of_type(resources, "SQS::Queue")
    ends = {referred(each["DestinationConfig"]["OnFailure"]["Destination"]) for each in streams(resources).values()} | {
        referred(each["RedrivePolicy"]["deadLetterTargetArn"]) for each in queues.values() if "RedrivePolicy" in each
    }

    assert ends == {name for name, each in queues.items() if "RedrivePolicy" not in each}
    assert len(ends) == 4


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
    filters = {referred(s["Endpoint"]): s["FilterPolicy"] for s in of_type(resources, "SNS::Subscription").values()}

    assert filters == {"SmsQueue": {"channel": ["sms"]}, "EmailQueue": {"channel": ["email"]}}


def test_every_stream_mapping_bisects_gives_up_and_sets_aside(resources: Resources) -> None:
    mappings = streams(resources)

    assert len(mappings) == 2
    for each in mappings.values():
        assert each["BisectBatchOnFunctionError"] is True
        assert 1 <= each["MaximumRetryAttempts"] <= 10
        assert 60 <= each["MaximumRecordAgeInSeconds"] <= 86_400
        assert referred(each["DestinationConfig"]["OnFailure"]["Destination"]).endswith("FailedQueue")


def test_every_mapping_lets_single_records_fail(resources: Resources) -> None:
    for each in of_type(resources, "Lambda::EventSourceMapping").values():
        assert each["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_quotes_are_not_filtered_by_content_since_aggregated_records_would_be_dropped(resources: Resources) -> None:
    (quotes,) = (each for each in streams(resources).values() if referred(each["EventSourceArn"]) == "QuotesStream")

    assert "FilterCriteria" not in quotes


def test_the_outbox_sees_pending_insertions_only(resources: Resources) -> None:
    (outbox,) = (each for each in streams(resources).values() if referred(each["EventSourceArn"]) != "QuotesStream")
    (pattern,) = outbox["FilterCriteria"]["Filters"]

    assert json.loads(pattern["Pattern"]) == {
        "eventName": ["INSERT"],
        "dynamodb": {"NewImage": {"status": {"S": ["pending"]}}},
    }


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


def test_our_buckets_are_encrypted_private_tidied_and_speak_tls_only(resources: Resources) -> None:
    buckets = of_type(resources, "S3::Bucket")
    del buckets["ServerlessDeploymentBucket"]  # osls's own: it holds templates and code, no data.
    refusing = {
        referred(policy["Bucket"])
        for policy in of_type(resources, "S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and str(statement["Condition"]["Bool"]["aws:SecureTransport"]).lower() == "false"
    }

    assert set(buckets) == {"QuarantineBucket", "ModelsBucket"} <= refusing
    for each in buckets.values():
        (rule,) = each["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert referred(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]) == "DataKey"
        assert all(each["PublicAccessBlockConfiguration"].values())
        assert len(each["LifecycleConfiguration"]["Rules"]) == 2


def test_every_functions_log_ends_some_day(resources: Resources) -> None:
    groups = of_type(resources, "Logs::LogGroup").values()
    functions = of_type(resources, "Lambda::Function").values()

    assert {g["LogGroupName"] for g in groups} == {f"/aws/lambda/{f['FunctionName']}" for f in functions}
    assert all(group["RetentionInDays"] > 0 for group in groups)


def test_every_function_is_traced_and_runs_what_the_artifact_was_built_for(resources: Resources) -> None:
    for each in of_type(resources, "Lambda::Function").values():
        assert each["TracingConfig"] == {"Mode": "Active"}
        assert (each["Runtime"], each["Architectures"]) == ("python3.12", ["x86_64"])


def test_each_function_is_told_what_it_needs_and_no_more(resources: Resources) -> None:
    every = {"STAGE", "TABLE_PREFIX", "LOG_LEVEL", "CLOCK", "CLOCK_PARAMETER"}
    every |= {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}
    functions = of_type(resources, "Lambda::Function")
    own = {name: set(functions[f"{name}LambdaFunction"]["Environment"]["Variables"]) - every for name in FUNCTIONS}

    assert own == {
        "Quotes": {
            "PAIRS",
            "ENDPOINT_NAME",
            "QUARANTINE_BUCKET",
            "MAX_QUOTE_AGE_SECONDS",
            "COOLDOWN_HOURS",
            "WATCH_SHARDS",
        },
        "Outbox": {"SUGGESTIONS_TOPIC_ARN"},
        "Sms": {"SMS_SENDER_ID"},
        "Email": {"SENDER_EMAIL"},
    }


def test_a_person_hears_of_errors_delays_set_aside_records_and_a_silent_model(resources: Resources) -> None:
    alarms = of_type(resources, "CloudWatch::Alarm")
    del alarms["EndpointErrorsAlarm"]
    watched = sorted((each["MetricName"], str(next(iter(each["Dimensions"]))["Value"])) for each in alarms.values())
    stage = of_type(resources, "Lambda::Function")["QuotesLambdaFunction"]["Environment"]["Variables"]["STAGE"]
    name = f"divisa-{stage}-"

    assert [dimension for metric, dimension in watched if metric == "Errors"] == [
        f"{name}{function}" for function in ("email", "outbox", "quotes", "sms")
    ]
    assert [dimension for metric, dimension in watched if metric == "IteratorAge"] == [f"{name}outbox", f"{name}quotes"]
    assert len([metric for metric, _ in watched if metric == "ApproximateNumberOfMessagesVisible"]) == 4
    assert ("EvaluationsPostponed", f"{name}quotes") in watched
    assert all(each["AlarmActions"] == [{"Ref": "OperationsTopic"}] for each in alarms.values())


def test_our_own_metric_that_an_alarm_watches_is_one_that_the_consumer_counts(resources: Resources) -> None:
    alarms = of_type(resources, "CloudWatch::Alarm").values()
    (ours,) = (each["MetricName"] for each in alarms if each["Namespace"] == "Divisa")

    assert f'count("{ours}"' in (ROOT / "stream_consumers/quotes.py").read_text()


def test_sagemaker_is_asked_for_in_the_cloud_only_and_once_there_is_a_model(
    templates: dict[str, dict[str, Any]],
) -> None:
    template = templates["prod"]
    ours = {name: each for name, each in template["Resources"].items() if each["Type"].startswith("AWS::SageMaker::")}

    assert len(ours) == 3
    assert {each["Condition"] for each in ours.values()} == {"HasModel"}
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
