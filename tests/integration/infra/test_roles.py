"""What each function may do: the calls that it makes, on the things that it makes them on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.infra.template import ASKING, FUNCTIONS, as_list, of_type, referred, statements

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources

WITHOUT_RESOURCES = {
    *("xray:PutTraceSegments", "xray:PutTelemetryRecords", "ecr:GetAuthorizationToken"),
    *("cloudwatch:PutMetricData", "lakeformation:GetDataAccess"),
    *("redshift-data:CancelStatement", "redshift-data:DescribeStatement"),
    *("ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups"),
    *("ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints"),
}
"""Actions that know no resources: AWS takes nothing but a star."""


pytestmark = pytest.mark.integration


def test_every_function_has_a_role_of_its_own(resources: Resources) -> None:
    roles = [referred(each["Role"]) for each in of_type(resources, "Lambda::Function").values()]

    assert sorted(roles) == sorted(f"{name}Role" for name in FUNCTIONS)
    assert "IamRoleLambdaExecution" not in resources


def test_no_role_may_do_everything_of_a_service(resources: Resources) -> None:
    actions = [action for _, statement in granted(resources) for action in as_list(statement["Action"])]

    assert [action for action in actions if "*" in action] == []


def test_a_role_reaches_only_named_resources_save_where_there_are_none_to_name(resources: Resources) -> None:
    unnamed = {
        (name, action)
        for name, statement in granted(resources)
        if statement["Effect"] == "Allow" and "*" in as_list(statement.get("Resource", "*"))
        for action in as_list(statement["Action"])
        if action not in WITHOUT_RESOURCES
    }

    assert unnamed == {("SmsRole", "sns:Publish")}


def test_the_sms_sender_publishes_to_phone_numbers_and_to_no_topic_but_the_suggestions(resources: Resources) -> None:
    publishing = [s for s in statements(resources["SmsRole"]["Properties"]) if s["Action"] == "sns:Publish"]

    # What is no resource of SNS at all: that is a phone number.
    assert [(s["Effect"], s.get("Resource"), s.get("NotResource")) for s in publishing] == [
        ("Allow", {"Ref": "SuggestionsTopic"}, None),
        ("Allow", None, {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}),
    ]


def test_who_sends_notifications_makes_endpoints_of_devices_and_forgets_devices_that_are_gone(
    resources: Resources,
) -> None:
    may = may_do(resources, "Push")
    own = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}"

    assert may["sns:CreatePlatformEndpoint"] == {json.dumps({"Fn::Sub": f"{own}:app/*"})}
    assert may["sns:DeleteEndpoint"] == {json.dumps({"Fn::Sub": f"{own}:endpoint/*"})}
    assert may["sns:Publish"] == may["sns:DeleteEndpoint"] | {json.dumps({"Ref": "SuggestionsTopic"})}
    assert may["dynamodb:Query"] == tables("Devices")
    assert may["dynamodb:DeleteItem"] == tables("Devices", "Deliveries")


def test_no_function_reads_the_lake_and_who_logs_decisions_does_not_read_them(resources: Resources) -> None:
    on_the_lake = {
        (name, action)
        for name, statement in granted(resources)
        for action in as_list(statement["Action"])
        if "LakeBucket" in json.dumps([statement.get("Resource"), statement.get("NotResource")])
    }

    reading = {(name, action) for name, action in on_the_lake if action.startswith("s3:Get")}
    asking = ("LakeAnalystRole", "LakeScientistRole", "LakeStewardRole", "DashboardsRole")  # their own answers
    doors = tuple(f"{door}DoorRole" for door in ("Quotes", "Transactions", "Suggestions", "Outcomes"))
    placing = ("DecisionsRole", *doors, "LoadingRole", *asking)
    opening = ("RetrainingRole", "PullRole", "LoadingRole", "LakeRole", *asking)
    looking = ("TypedCrawlerRole", "WarehouseCopyRole")
    formation = "LakeAccessRole"  # Lake Formation's own: it hands on what tags grant
    assert reading == {(name, "s3:GetBucketLocation") for name in (*placing, *looking)} | {
        (name, "s3:GetObject") for name in (*opening, *looking, formation)
    }
    assert may_do(resources, "Pull")["s3:GetObject"] == {json.dumps({"Fn::Sub": "${LakeBucket.Arn}/doors/pull/*"})}
    assert {name for name, action in on_the_lake if action != "s3:PutObject"} == {name for name, _ in reading}


def test_whoever_takes_a_device_off_may_look_whose_its_token_is(resources: Resources) -> None:
    for name in ("Api", "Push", "Erasure"):
        may = may_do(resources, name)
        assert all(tables("Devices") <= may[f"dynamodb:{action}"] for action in ("GetItem", "DeleteItem"))


def test_only_who_sends_text_messages_spends_their_budget(resources: Resources) -> None:
    [budget] = tables("Budgets")
    spending = [name for name in FUNCTIONS if any(budget in on for on in may_do(resources, name).values())]

    assert spending == ["Sms"]
    assert budget in may_do(resources, "Sms")["dynamodb:UpdateItem"]


def test_only_who_sends_takes_places_of_a_persons_week_and_only_who_erases_forgets_them(resources: Resources) -> None:
    [pacing] = tables("Pacing")
    touching = {name: {action for action, on in may_do(resources, name).items() if pacing in on} for name in FUNCTIONS}

    paced = {"dynamodb:GetItem", "dynamodb:PutItem"}
    assert {name: actions for name, actions in touching.items() if actions} == {
        **dict.fromkeys(["Push", "Sms", "Email"], paced),
        "Erasure": {"dynamodb:Query", "dynamodb:BatchWriteItem"},
    }


@pytest.mark.parametrize("function", ["Push", "Sms", "Email"])
def test_who_sends_looks_up_one_person_and_one_delivery(resources: Resources, function: str) -> None:
    may = may_do(resources, function)

    looked_up = ("Recipients", "Deliveries", "Pacing", *(["Devices"] if function == "Push" else []))
    assert may["dynamodb:GetItem"] == tables(*looked_up)
    assert "dynamodb:BatchGetItem" not in may
    assert tables("Deliveries") <= may["dynamodb:PutItem"] & may["dynamodb:UpdateItem"] & may["dynamodb:DeleteItem"]


def test_only_who_asks_reaches_the_model_only_who_announces_the_topic_only_the_sender_emails(
    resources: Resources,
) -> None:
    def may(name: str, action: str, resource: Any = None) -> bool:
        return any(
            action in as_list(statement["Action"]) and resource in (None, statement.get("Resource"))
            for statement in statements(resources[f"{name}Role"]["Properties"])
        )

    topic = {"Ref": "SuggestionsTopic"}
    assert [name for name in FUNCTIONS if may(name, "sagemaker:InvokeEndpoint")] == list(ASKING)
    assert [name for name in FUNCTIONS if may(name, "sns:Publish", topic)] == ["Outbox", "Push", "Sms", "Email"]
    assert [name for name in FUNCTIONS if may(name, "firehose:PutRecordBatch")] == [*ASKING, "ToLake"]
    assert [name for name in FUNCTIONS if may(name, "ses:SendEmail")] == ["Email"]


def granted(resources: Resources) -> list[tuple[str, dict[str, Any]]]:
    """Every statement of every role, those too that are granted beside it, with the role's name."""
    own = [(name, each) for name, role in of_type(resources, "IAM::Role").items() for each in statements(role)]
    beside = of_type(resources, "IAM::RolePolicy").values()
    return own + [(referred(each["RoleName"]), s) for each in beside for s in each["PolicyDocument"]["Statement"]]


def may_do(resources: Resources, function: str) -> dict[str, set[str]]:
    """What a function may do, each action with the resources that it may do it on, as JSON."""
    may: dict[str, set[str]] = {}
    for statement in statements(resources[f"{function}Role"]["Properties"]):
        for action in as_list(statement["Action"]):
            found = {json.dumps(each) for each in as_list(statement.get("Resource", []))}
            may[action] = may.get(action, set()) | found
    return may


def tables(*names: str) -> set[str]:
    return {json.dumps({"Fn::GetAtt": [f"{name}Table", "Arn"]}) for name in names}


def indexes_of(table: str, *names: str) -> set[str]:
    return {json.dumps({"Fn::Sub": f"${{{table}Table.Arn}}/index/{name}"}) for name in names}


@pytest.mark.parametrize(
    ("function", "indexes"),
    [("Quotes", {"by_lower", "by_upper"}), ("Backlog", {"by_lower", "by_upper"}), ("Refresh", {"by_refresh"})],
)
def test_who_decides_queries_by_its_own_indexes_only_and_joins_and_writes_what_a_decision_needs(
    resources: Resources, function: str, indexes: set[str]
) -> None:
    may = may_do(resources, function)

    assert may["dynamodb:Query"] == indexes_of("Watches", *indexes) | indexes_of("Suggestions", "by_created")
    bars = tables("Bars") if function == "Quotes" else set()
    assert may["dynamodb:BatchGetItem"] == tables("Portfolios", "Summaries", "Recipients") | bars
    assert may.get("dynamodb:BatchWriteItem", set()) == bars
    assert may["dynamodb:GetItem"] == tables("Market")
    assert may["dynamodb:PutItem"] - tables("Market") == tables("Watches", "Suggestions")
    assert (tables("Market") <= may["dynamodb:PutItem"]) == (function == "Quotes")


def test_who_folds_the_ledger_reads_it_by_number_and_writes_summaries_watches_and_suggestions(
    resources: Resources,
) -> None:
    may = may_do(resources, "Transactions")

    assert may["dynamodb:Query"] == indexes_of("Transactions", "by_sequence") | indexes_of("Suggestions", "by_created")
    assert may["dynamodb:GetItem"] == tables("Market", "Portfolios")
    assert may["dynamodb:BatchGetItem"] == tables("Portfolios", "Summaries", "Recipients", "Watches")
    assert may["dynamodb:PutItem"] == tables("Summaries", "Watches", "Suggestions")
    assert not {"dynamodb:DeleteItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"} & may.keys()


def test_who_releases_what_is_held_finds_it_and_writes_suggestions_and_no_watch(resources: Resources) -> None:
    may = may_do(resources, "Release")

    assert may["dynamodb:Query"] == tables("Suggestions") | indexes_of("Suggestions", "by_release", "by_created")
    assert may["dynamodb:PutItem"] == tables("Suggestions")
    assert may["dynamodb:GetItem"] == tables("Market")
    assert may["dynamodb:BatchGetItem"] == tables("Portfolios", "Summaries", "Recipients")
    assert not {"dynamodb:DeleteItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"} & may.keys()


def test_who_publishes_the_ledger_reads_its_stream_and_no_table(resources: Resources) -> None:
    may = may_do(resources, "Ledger")

    assert may["dynamodb:GetRecords"] == {json.dumps({"Fn::GetAtt": ["TransactionsTable", "StreamArn"]})}
    assert may["kinesis:PutRecords"] == {json.dumps({"Fn::GetAtt": ["TransactionsStream", "Arn"]})}
    assert not {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"} & may.keys()


def test_every_index_of_the_watches_is_queried_by_somebody(resources: Resources) -> None:
    watches = of_type(resources, "DynamoDB::Table")["WatchesTable"]
    roles = json.dumps(of_type(resources, "IAM::Role"))

    for index in watches["GlobalSecondaryIndexes"]:
        assert f"/index/{index['IndexName']}" in roles


@pytest.mark.parametrize(
    ("function", "index", "changed"),
    [("InboundSms", "by_phone", ["Recipients"]), ("EmailFeedback", "by_email", ["Recipients", "Deliveries"])],
)
def test_who_takes_what_comes_back_finds_people_by_one_contact_and_changes_nothing_but_them_and_their_deliveries(
    resources: Resources, function: str, index: str, changed: list[str]
) -> None:
    may = may_do(resources, function)

    assert may["dynamodb:Query"] == {json.dumps({"Fn::Sub": f"${{RecipientsTable.Arn}}/index/{index}"})}
    assert may["dynamodb:GetItem"] == may["dynamodb:UpdateItem"] == tables(*changed)
    assert not {"dynamodb:PutItem", "dynamodb:DeleteItem", "sns:Publish", "secretsmanager:GetSecretValue"} & may.keys()
