"""A file that lands, its event, the execution, the job that merges it into an Iceberg table, and the query after it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from tests.integration.local.ministack.lake_world import ROLE, eventually

if TYPE_CHECKING:
    from tests.integration.local.ministack.athena_world import Athena

pytestmark = pytest.mark.integration

MERGE = """
import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession
given = getResolvedOptions(sys.argv, ["FILE", "TABLE"])
spark = SparkSession.builder.getOrCreate()
spark.read.csv(given["FILE"], header=True).createOrReplaceTempView("raw")
spark.sql(f'''
    MERGE INTO {given["TABLE"]} AS t
    USING (SELECT id, CAST(amount AS DECIMAL(18,2)) AS amount, CAST(at AS TIMESTAMP_NTZ) AS at FROM raw) AS s
    ON t.id = s.id
    WHEN MATCHED AND s.at > t.at THEN UPDATE SET *
    WHEN NOT MATCHED THEN INSERT *
''').collect()
"""


def test_files_that_land_are_merged_once_and_a_broken_one_fails_its_execution_alone(athena: Athena) -> None:
    lake = athena.lake
    table = f"{athena.database}.orders"
    schema = pa.schema([("id", pa.string()), ("amount", pa.decimal128(18, 2)), ("at", pa.timestamp("us"))])
    orders = athena.iceberg().create_table(table, schema, location=f"s3://{lake.name}/silver/orders")
    with orders.update_spec() as spec:
        spec.add_field("at", "day")
    lake.make_job(MERGE, DefaultArguments={"--TABLE": table, "--datalake-formats": "iceberg"})
    machine = lake.make_machine(
        Merge={
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Parameters": {
                "JobName": lake.name,
                "Arguments": {"--FILE.$": "States.Format('s3://{}/{}', $.detail.bucket.name, $.detail.object.key)"},
            },
            "End": True,
        }
    )
    start_on_landing(athena, machine)

    landed = {
        "1.csv": "id,amount,at\na,10.50,2026-01-05 10:00:00\nb,20.00,2026-01-05 11:00:00\n",
        "2.csv": "id,amount,at\na,11.00,2026-01-05 12:00:00\nb,1.00,2026-01-04 09:00:00\nc,5.00,2026-01-06 08:00:00\n",
        "3.csv": "id,wrong\na,1.00\n",
    }
    for number, (name, content) in enumerate(landed.items(), start=1):
        lake.put(f"landing/{name}", content)
        eventually(partial(has_ended, athena, machine, number), name)

    assert sorted(each["status"] for each in ended(athena, machine)) == ["FAILED", "SUCCEEDED", "SUCCEEDED"]
    assert athena.rows("SELECT id, amount, at FROM orders ORDER BY id") == [
        ["a", "11.00", "2026-01-05 12:00:00.000"],
        ["b", "20.00", "2026-01-05 11:00:00.000"],
        ["c", "5.00", "2026-01-06 08:00:00.000"],
    ]
    [broken] = [each for each in ended(athena, machine) if each["status"] == "FAILED"]
    described = lake.client("stepfunctions").describe_execution(executionArn=broken["executionArn"])
    assert "amount" in json.loads(described["cause"])["ErrorMessage"]


def start_on_landing(athena: Athena, machine: str) -> None:
    lake = athena.lake
    lake.client("s3").put_bucket_notification_configuration(
        Bucket=lake.name, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    where = {"bucket": {"name": [lake.name]}, "object": {"key": [{"prefix": "landing/"}]}}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": where}
    events = lake.client("events")
    events.put_rule(Name=lake.name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=lake.name, Targets=[{"Id": "machine", "Arn": machine, "RoleArn": ROLE}])


def has_ended(athena: Athena, machine: str, executions: int) -> bool:
    return len(ended(athena, machine)) == executions


def ended(athena: Athena, machine: str) -> list[Any]:
    found = athena.lake.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    return [each for each in found if each["status"] != "RUNNING"]
