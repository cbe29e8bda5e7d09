"""The ways into the lake that need nobody to hand anything in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lake.doors.download import Limits
from lake.doors.handler import BEGIN_WITHIN
from lake.doors.landing import BEGUN, REMEMBERED
from lake.ingestion.forms import dataset_of, form_of
from tests.integration.infra.template import as_list, of_type, referred, statements

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(("door", "dataset"), [("Quotes", "fx_prices"), ("Transactions", "fx_transactions")])
def test_a_stream_comes_into_its_datasets_folder_line_by_line_by_a_role_that_reads_that_stream_alone(
    resources: Resources, door: str, dataset: str
) -> None:
    delivery = of_type(resources, "KinesisFirehose::DeliveryStream")[f"{door}DoorStream"]
    destination, source = delivery["ExtendedS3DestinationConfiguration"], delivery["KinesisStreamSourceConfiguration"]
    role = resources[f"{door}DoorRole"]["Properties"]
    on = {action: each["Resource"] for each in statements(role) for action in as_list(each["Action"])}

    assert delivery["DeliveryStreamType"] == "KinesisStreamAsSource"
    assert "DeliveryStreamEncryptionConfigurationInput" not in delivery  # AWS takes it of direct puts alone.
    assert referred(source["KinesisStreamARN"]) == referred(on["kinesis:GetRecords"]) == f"{door}Stream"
    assert {referred(each["RoleARN"]) for each in (destination, source)} == {f"{door}DoorRole"}
    assert dataset_of(destination["Prefix"]) == dataset
    assert form_of(destination["Prefix"]).is_wire
    assert not destination["ErrorOutputPrefix"].startswith("landing/")
    assert [each["Type"] for each in destination["ProcessingConfiguration"]["Processors"]] == [
        "AppendDelimiterToRecord"
    ]
    assert on["s3:PutObject"] == [
        {"Fn::Sub": f"${{LakeBucket.Arn}}/landing/{dataset}/stream/*"},
        {"Fn::Sub": f"${{LakeBucket.Arn}}/doors-failed/{dataset}/*"},
    ]


@pytest.mark.parametrize(("door", "dataset"), [("Suggestions", "fx_suggestions"), ("Outcomes", "fx_outcomes")])
def test_rows_of_a_table_come_into_their_datasets_folder_line_by_line(
    resources: Resources, door: str, dataset: str
) -> None:
    delivery = of_type(resources, "KinesisFirehose::DeliveryStream")[f"{door}DoorStream"]
    destination = delivery["ExtendedS3DestinationConfiguration"]
    role = resources[f"{door}DoorRole"]["Properties"]
    on = {action: each["Resource"] for each in statements(role) for action in as_list(each["Action"])}

    assert delivery["DeliveryStreamType"] == "DirectPut"
    assert referred(delivery["DeliveryStreamEncryptionConfigurationInput"]["KeyARN"]) == "DataKey"
    assert dataset_of(destination["Prefix"]) == dataset
    assert form_of(destination["Prefix"]).is_wire
    assert referred(destination["RoleARN"]) == f"{door}DoorRole"
    assert [each["Type"] for each in destination["ProcessingConfiguration"]["Processors"]] == [
        "AppendDelimiterToRecord"
    ]
    assert on["s3:PutObject"] == [
        {"Fn::Sub": f"${{LakeBucket.Arn}}/landing/{dataset}/stream/*"},
        {"Fn::Sub": f"${{LakeBucket.Arn}}/doors-failed/{dataset}/*"},
    ]


def test_whoever_carries_rows_to_the_lake_reads_two_streams_and_no_table_and_puts_to_two_doors(
    resources: Resources,
) -> None:
    role = resources["ToLakeRole"]["Properties"]
    on = {action: each["Resource"] for each in statements(role) for action in as_list(each["Action"])}

    assert {each["Fn::GetAtt"][0] for each in on["dynamodb:GetRecords"]} == {"SuggestionsTable", "OutcomesTable"}
    assert {each["Fn::GetAtt"][1] for each in on["dynamodb:GetRecords"]} == {"StreamArn"}
    assert {referred(each) for each in on["firehose:PutRecordBatch"]} == {"SuggestionsDoorStream", "OutcomesDoorStream"}
    assert not {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "s3:PutObject"} & on.keys()


def test_the_key_lets_cloudwatch_write_the_logs_of_every_delivery(resources: Resources) -> None:
    policy = resources["DataKey"]["Properties"]["KeyPolicy"]
    [logs] = (each for each in policy["Statement"] if "logs." in str(each["Principal"]))
    groups = json.dumps(logs["Condition"]["ArnLike"])

    for service in ("lambda", "apigateway", "kinesisfirehose"):
        assert f":log-group:/aws/{service}/divisa-" in groups


def test_the_pull_puts_files_where_it_may_and_is_over_before_it_is_killed(resources: Resources) -> None:
    pull = resources["PullLambdaFunction"]["Properties"]
    [puts] = (s for s in statements(resources["PullRole"]["Properties"]) if "s3:PutObject" in as_list(s["Action"]))
    tries, each = 3, Limits().seconds + 3 * Limits().silence

    assert [where["Fn::Sub"] for where in puts["Resource"]] == [
        "${LakeBucket.Arn}/landing/*/pull/*",
        f"${{LakeBucket.Arn}}/{REMEMBERED}*",
        f"${{LakeBucket.Arn}}/{BEGUN}*",
    ]
    assert BEGIN_WITHIN + tries * each < pull["Timeout"]
    assert pull["EphemeralStorage"]["Size"] * 2**20 > Limits().most_bytes
    assert resources["SourcesSecret"]["Properties"]["SecretString"] == "[]"
