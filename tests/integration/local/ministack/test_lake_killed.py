"""A run whose processes are killed in every state of the state machine: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from divisa.services.admit import KEY
from infra.loading.machine import definition
from lake.contract.reading import contracts
from lake.engines.duck import DuckSession
from lake.loading import accounting
from lake.loading.load import UNKNOWN
from lake.storage.folder import FolderObjects
from lake.storage.s3 import S3Objects
from local.home import ROOT
from tests.integration.local.ministack.lake_world import ROLE, an_archive, eventually
from tests.unit.lake.loading.small_lake import SmallLake

if TYPE_CHECKING:
    from pathlib import Path

    from lake.loading.accounting import Entry
    from tests.integration.local.ministack.athena_world import Athena
    from tests.integration.local.ministack.lake_world import LakeWorld

pytestmark = pytest.mark.integration

DATASET: Final = "shop_orders"
MORTAL: Final = """
import os, signal, sys, threading, time
sys.path[:0] = {path!r}
import boto3
from lake.storage.s3 import S3Objects

S3, BUCKET = boto3.client("s3"), {bucket!r}

def there(key):
    return S3.list_objects_v2(Bucket=BUCKET, Prefix=key)["KeyCount"]

def end(where):
    if there(f"hold/{{where}}"):
        S3.put_object(Bucket=BUCKET, Key=f"held/{{where}}")
        time.sleep(600)
    if not there(f"killed/{{where}}"):
        S3.put_object(Bucket=BUCKET, Key=f"killed/{{where}}")
        os.kill(os.getpid(), signal.SIGKILL)

def dies(where, owner, name, word, *, when="before"):
    method = getattr(owner, name)
    def mortal(self, first, *others):
        if word in first and when == "before":
            end(where)
        if word in first and when == "within":
            threading.Thread(target=end, args=[where]).start()
        out = method(self, first, *others)
        if word in first and when == "behind":
            end(where)
        return out
    setattr(owner, name, mortal)
"""
"""Lets a process be killed once at each place, or held there for as long as somebody wants it to be."""
JOB: Final = """
from lake.loading import job

step = sys.argv[sys.argv.index("--STEP") + 1]
dies("bronze", S3Objects, "put_new", "loads/")
dies("silver", S3Objects, "put", ".merged")
dies("checks", S3Objects, "put_over", "accounts/")
dies("publish", S3Objects, "put", "/summary.json")
if step in ("silver", "gold"):
    from lake.engines.spark import Spark
    dies("merge", Spark, "run", "INSERT INTO", when="within")
    dies("gold", Spark, "replace", "", when="behind")
job.main()
"""
PLAN: Final = """
from lake.loading import begin
dies("validate", S3Objects, "put_new", "/plan.json", when="behind")
handler = begin.handler
"""
LONGEST: Final = 300.0
"""Seconds to wait for what takes ten on a quiet machine."""
KILLED: Final = {"bronze": 1, "silver": 2, "gold": 1, "checks": 1, "publish": 1}
"""How often each step is, by the state machine's own retries."""
COLUMNS: Final = ",".join(contracts()[DATASET].columns) + "\n"
FIRST: Final = COLUMNS + (
    "O-1,K-1,2024-03-01T10:00:00Z,placed,2024-03-01T10:00:00Z,10.00\n"
    "O-2,K-2,2024-03-02T10:00:00Z,placed,2024-03-02T10:00:00Z,20.00\n"
    "O-3,K-1,2024-03-02T10:00:00Z,placed,2024-03-02T10:00:00Z,much\n"
)
SECOND: Final = COLUMNS + (
    "O-1,K-1,2024-03-01T10:00:00Z,paid,2024-03-01T12:00:00Z,10.00\n"
    "O-2,K-2,2024-03-02T10:00:00Z,placed,2024-03-02T10:00:00Z,20.00\n"
    "O-4,K-3,2023-03-02T10:00:00Z,placed,2023-03-02T10:00:00Z,40.00\n"
)
"""An order that was paid, one that came before, and one that comes too late."""


def test_wherever_a_run_is_stopped_or_killed_nothing_is_lost_and_nothing_is_there_twice(
    athena: Athena, tmp_path: Path
) -> None:
    lake = athena.lake
    machine = a_machine(lake, athena.database)
    lake.put(f"landing/{DATASET}/first.csv", FIRST)
    stopped_in_silver(lake, machine)
    lake.put(f"landing/{DATASET}/second.csv", SECOND)
    lake.put("landing/nobody/knows.csv", "a\n1\n")

    ended = lake.executed(machine, {"request": {}}, seconds=LONGEST)

    assert ended["status"] == "SUCCEEDED", ended
    runs = lake.client("glue").get_job_runs(JobName=lake.name)["JobRuns"]
    killed = [run for run in runs if run.get("ErrorMessage") == "Command failed with exit code -9"]
    assert Counter(run["Arguments"]["--STEP"] for run in killed) == KILLED
    assert Counter(run["JobRunState"] for run in runs) == {"FAILED": len(killed), "STOPPED": 1, "SUCCEEDED": 6}
    assert len(lake.keys("killed/")) == len(killed) + 1, "the function as well"
    clean = one_clean_load(tmp_path)
    table = athena.iceberg().load_table((athena.database, DATASET)).scan().to_arrow()
    assert sorted(tuple(row.values())[:-2] for row in table.to_pylist()) == clean.silver()
    objects = S3Objects(lake.client("s3"), lake.name)
    accounts = {each.load.name: fate(each) for each in accounting.kept(objects, DATASET)}
    assert accounts == {each.load.name: fate(each) for each in clean.accounts()}
    assert accounts == {"first.csv": (3, 1, 1, 0, 1, 0), "second.csv": (3, 1, 1, 1, 0, 0)}
    assert [fate(each) for each in accounting.kept(objects, UNKNOWN)] == [(1, 0, 0, 0, 1, 0)]


def fate(entry: Entry) -> tuple[int, ...]:
    aside = sum(entry.quarantine.values())
    return entry.rows_in, entry.silver, entry.duplicates, entry.late, aside, entry.unaccounted


def one_clean_load(root: Path) -> SmallLake:
    """The same files, one after the other, with nobody killed."""
    clean = SmallLake(FolderObjects(root / "lake"), DuckSession(), contracts()[DATASET])
    for name, content in (("first.csv", FIRST), ("second.csv", SECOND)):
        clean.objects.put(f"landing/{DATASET}/{name}", content.encode())
        clean.bring_in()
    return clean


def stopped_in_silver(lake: LakeWorld, machine: str) -> None:
    """Stop an execution when its rows are in silver and nobody has written down that they are."""
    states = lake.client("stepfunctions")
    lake.put("hold/silver", "")
    started = states.start_execution(stateMachineArn=machine, input=json.dumps({"request": {}}))["executionArn"]
    eventually(lambda: bool(lake.keys("held/silver")), "the job in silver", seconds=LONGEST)
    states.stop_execution(executionArn=started)
    glue = lake.client("glue")
    eventually(
        lambda: "STOPPED" in {run["JobRunState"] for run in glue.get_job_runs(JobName=lake.name)["JobRuns"]},
        "the end of its job",
    )
    lake.client("s3").delete_object(Bucket=lake.name, Key="hold/silver")


def a_machine(lake: LakeWorld, silver: str) -> str:
    """The lake's state machine with its function and its job, whose processes are mortal."""
    gold, secret = f"{silver}_gold", json.dumps({KEY: "k" * 64})
    lake.client("glue").create_database(DatabaseInput={"Name": gold})
    lake.client("secretsmanager").create_secret(Name=lake.name, SecretString=secret)
    topic = lake.client("sns").create_topic(Name=lake.name)["TopicArn"]
    mortal = MORTAL.format(path=[str(ROOT), *(each for each in sys.path if "site-packages" in each)], bucket=lake.name)
    told = {"--BUCKET": lake.name, "--SILVER": silver, "--GOLD": gold, "--SECRET": lake.name}
    lake.make_job(mortal + JOB, DefaultArguments=told)
    function = lake.client("lambda").create_function(
        FunctionName=lake.name,
        Runtime="python3.11",
        Role=ROLE,
        Handler="index.handler",
        Timeout=60,
        Code={"ZipFile": an_archive(index=mortal + PLAN)},
        Environment={
            "Variables": {
                "STAGE": "test",
                "TABLE_PREFIX": "test",
                "CLOCK": "system",
                "POWERTOOLS_METRICS_NAMESPACE": "Lake",
                "LAKE_BUCKET": lake.name,
            }
        },
    )
    filled = (
        json.dumps(definition())
        .replace('"${GatherSeconds}"', "0")
        .replace('"MaxDelaySeconds": 60', '"MaxDelaySeconds": 1')
    )
    given = {"AWS::Partition": "aws", "PlanFunction": function["FunctionName"], "LoadingJob": lake.name}
    for name, value in (given | {"AlertTopic": topic, "Console": ""}).items():
        filled = filled.replace(f"${{{name}}}", value)
    return lake.make_machine(**json.loads(filled)["States"])
