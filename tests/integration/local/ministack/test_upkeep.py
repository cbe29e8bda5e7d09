"""A night's upkeep as it is deployed: the state machine, its runs of the job, and the tables afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pytest

from infra.artifact import ROOT
from infra.loading import upkeep
from lake.contract.reading import contracts
from lake.engines import iceberg
from lake.engines.session import silver
from lake.upkeep.compacting import MOST
from lake.upkeep.upkeep import Part
from tests.integration.local.ministack.lake_world import ROLE, eventually

if TYPE_CHECKING:
    from pyiceberg.table import Table as IcebergTable

    from tests.integration.local.ministack.athena_world import Athena

pytestmark = pytest.mark.integration
SCRIPT: Final = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from lake.loading.job import main
main()
"""
TABLE: Final = silver(contracts()["device_positions"])
OLD: Final = datetime(2020, 1, 1)  # noqa: DTZ001 - tables have no zones


def test_a_night_lets_old_rows_go_and_puts_small_files_together(athena: Athena) -> None:
    lake = athena.lake
    table = positions(athena, MOST + 1, [OLD, datetime.now(UTC).replace(tzinfo=None)])
    lake.client("secretsmanager").create_secret(Name=lake.name, SecretString=json.dumps({"key": "k" * 64}))
    places = {"--BUCKET": lake.name, "--SECRET": lake.name, "--SILVER": athena.database, "--GOLD": athena.database}
    lake.make_job(SCRIPT, DefaultArguments=places)

    states = lake.client("stepfunctions")
    started = states.start_execution(stateMachineArn=a_machine(athena))["executionArn"]
    eventually(lambda: states.describe_execution(executionArn=started)["status"] != "RUNNING", "its end", seconds=300)

    ended = states.describe_execution(executionArn=started)
    assert ended["status"] == "SUCCEEDED", ended
    runs = lake.client("glue").get_job_runs(JobName=lake.name)["JobRuns"]
    said = {run["Arguments"]["--STEP"]: lake.said(run["Id"]) for run in runs}
    assert said[Part.ERASE] == ["nobody is to be erased"]
    assert f"device_positions: {MOST + 1} rows were too old to be kept" in said[Part.KEEP]
    assert said[Part.COMPACT] == [f"silver.device_positions: {MOST + 1} small files put together"]
    assert Part.FORGET in said
    table.refresh()
    rows = table.scan().to_arrow()
    assert len(rows) == MOST + 1
    assert min(rows["event_time"].to_pylist()) > OLD
    assert len(list(table.scan().plan_files())) == 1
    assert lake.keys("work/") == []


def positions(athena: Athena, files: int, moments: list[datetime]) -> IcebergTable:
    """Silver's table of positions, with so many files for each moment, of a row each."""
    where = f"s3://{athena.lake.name}/silver/device_positions"
    table = iceberg.prepare(athena.iceberg(), athena.database, TABLE, where)
    place = {"latitude": Decimal(1), "longitude": Decimal(2), "_load": "a"}
    for number in range(files):
        rows = [{"device_id": f"d-{number}", "event_time": at, "_line": number, **place} for at in moments]
        table.append(pa.Table.from_pylist(rows, TABLE.schema))
    return table


def a_machine(athena: Athena) -> str:
    """The upkeep's state machine, with this test's job."""
    text = upkeep.text()
    names = {"LoadingJob": athena.lake.name, "AWS::Partition": "aws", "AlertTopic": "nobody", "Console": ""}
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
    states = athena.lake.client("stepfunctions")
    made = states.create_state_machine(name=athena.lake.name, roleArn=ROLE, definition=text)
    return str(made["stateMachineArn"])
