"""What CloudFormation makes of a lake's resources."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.local.ministack.lake_world import ROLE, eventually

if TYPE_CHECKING:
    from tests.integration.local.ministack.lake_world import LakeWorld

pytestmark = pytest.mark.integration


def deployed(lake: LakeWorld, resources: dict[str, Any]) -> dict[str, str]:
    """The physical ids of a stack's resources by their names, when the stack has been made."""
    stacks = lake.client("cloudformation")
    stacks.create_stack(StackName=lake.name, TemplateBody=json.dumps({"Resources": resources}))
    eventually(
        lambda: stacks.describe_stacks(StackName=lake.name)["Stacks"][0]["StackStatus"] != "CREATE_IN_PROGRESS",
        "the stack",
    )
    stack = stacks.describe_stacks(StackName=lake.name)["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    found = stacks.describe_stack_resources(StackName=lake.name)["StackResources"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}


@pytest.mark.parametrize(
    "told",
    [
        {"InputTransformer": {"InputPathsMap": {"key": "$.detail.object.key"}, "InputTemplate": '{"key": <key>}'}},
        {"InputPath": "$.detail.object"},
    ],
    ids=["transformer", "path"],
)
def test_an_object_under_a_prefix_starts_the_execution_that_runs_the_job(lake: LakeWorld, told: dict[str, Any]) -> None:
    script = lake.put(
        "job.py",
        "import sys\nfrom awsglue.utils import getResolvedOptions\n"
        "print(getResolvedOptions(sys.argv, ['KEY', 'KIND']))\n",
    )
    bucket = f"{lake.name}-zone"
    made = deployed(
        lake,
        {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": bucket,
                    "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
                },
            },
            "Job": {
                "Type": "AWS::Glue::Job",
                "Properties": {
                    "Name": lake.name,
                    "Role": ROLE,
                    "GlueVersion": "5.0",
                    "WorkerType": "G.1X",
                    "NumberOfWorkers": 2,
                    "Timeout": 30,
                    "ExecutionProperty": {"MaxConcurrentRuns": 3},
                    "Command": {"Name": "glueetl", "PythonVersion": "3", "ScriptLocation": script},
                    "DefaultArguments": {"--KIND": "prices"},
                },
            },
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "RoleArn": ROLE,
                    "DefinitionSubstitutions": {"JobName": {"Ref": "Job"}},
                    "DefinitionString": json.dumps(
                        {
                            "StartAt": "Silver",
                            "States": {
                                "Silver": {
                                    "Type": "Task",
                                    "Resource": "arn:aws:states:::glue:startJobRun.sync",
                                    "Parameters": {"JobName": "${JobName}", "Arguments": {"--KEY.$": "$.key"}},
                                    "End": True,
                                }
                            },
                        }
                    ),
                },
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "EventPattern": {
                        "source": ["aws.s3"],
                        "detail-type": ["Object Created"],
                        "detail": {
                            "bucket": {"name": [{"Ref": "Bucket"}]},
                            "object": {"key": [{"prefix": "landing/fx_prices/"}]},
                        },
                    },
                    "Targets": [
                        {
                            "Id": "machine",
                            "Arn": {"Ref": "Machine"},
                            "RoleArn": ROLE,
                            **told,
                        }
                    ],
                },
            },
        },
    )
    assert lake.client("glue").get_job(JobName=lake.name)["Job"]["ExecutionProperty"] == {"MaxConcurrentRuns": 3}

    for key in ("landing/other/one.csv", "landing/fx_prices/two.csv"):
        lake.client("s3").put_object(Bucket=bucket, Key=key, Body=b"a\n1\n")

    states = lake.client("stepfunctions")

    def ended() -> list[Any]:
        found = states.list_executions(stateMachineArn=made["Machine"])["executions"]
        return [each for each in found if each["status"] != "RUNNING"]

    eventually(lambda: bool(ended()), "the execution's end")
    [execution] = ended()
    assert execution["status"] == "SUCCEEDED"
    [run] = lake.client("glue").get_job_runs(JobName=lake.name)["JobRuns"]
    assert lake.said(run["Id"]) == ["{'KEY': 'landing/fx_prices/two.csv', 'KIND': 'prices'}"]


def test_the_catalog_the_crawlers_and_the_queries_of_a_stack_are_there_and_go_with_it(lake: LakeWorld) -> None:
    database, query = f"{lake.name}_db".replace("-", "_"), "SELECT 1"
    made = deployed(
        lake,
        {
            "Database": {
                "Type": "AWS::Glue::Database",
                "Properties": {"CatalogId": {"Ref": "AWS::AccountId"}, "DatabaseInput": {"Name": database}},
            },
            "Table": {
                "Type": "AWS::Glue::Table",
                "Properties": {
                    "CatalogId": {"Ref": "AWS::AccountId"},
                    "DatabaseName": {"Ref": "Database"},
                    "TableInput": {
                        "Name": "prices",
                        "TableType": "EXTERNAL_TABLE",
                        "PartitionKeys": [{"Name": "day", "Type": "string"}],
                        "StorageDescriptor": {
                            "Location": f"s3://{lake.name}/prices/",
                            "Columns": [{"Name": "bid", "Type": "decimal(18,6)"}],
                        },
                    },
                },
            },
            "Crawler": {
                "Type": "AWS::Glue::Crawler",
                "Properties": {
                    "Role": ROLE,
                    "DatabaseName": {"Ref": "Database"},
                    "Targets": {"S3Targets": [{"Path": f"s3://{lake.name}/found/"}]},
                },
            },
            "WorkGroup": {
                "Type": "AWS::Athena::WorkGroup",
                "Properties": {
                    "Name": lake.name,
                    "WorkGroupConfiguration": {
                        "EnforceWorkGroupConfiguration": True,
                        "ResultConfiguration": {"OutputLocation": f"s3://{lake.name}/athena/"},
                    },
                },
            },
            "Query": {
                "Type": "AWS::Athena::NamedQuery",
                "Properties": {
                    "Name": "one",
                    "Description": "the number one",
                    "Database": {"Ref": "Database"},
                    "WorkGroup": {"Ref": "WorkGroup"},
                    "QueryString": query,
                },
            },
        },
    )

    glue, athena = lake.client("glue"), lake.client("athena")
    table = glue.get_table(DatabaseName=database, Name="prices")["Table"]
    assert table["StorageDescriptor"]["Columns"] == [{"Name": "bid", "Type": "decimal(18,6)"}]
    assert glue.get_crawler(Name=made["Crawler"])["Crawler"]["DatabaseName"] == database
    assert athena.get_work_group(WorkGroup=lake.name)["WorkGroup"]["State"] == "ENABLED"
    named = athena.get_named_query(NamedQueryId=made["Query"])["NamedQuery"]
    assert (named["Name"], named["Database"], named["QueryString"]) == ("one", database, query)
    assert named["WorkGroup"] == lake.name

    lake.client("cloudformation").delete_stack(StackName=lake.name)
    eventually(lambda: not athena.list_named_queries(WorkGroup=lake.name)["NamedQueryIds"], "the query's end")
