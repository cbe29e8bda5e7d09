from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.addresses import Addresses
from local.ministack import environment, process
from local.processes import Supervisor, free_port
from tests.integration.local.ministack.lake_world import LakeWorld, an_archive, eventually
from tests.ministack import BareMiniStack

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

ENDLESS = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[sys.argv.index("--PID_FILE") + 1]).write_text(str(os.getpid()))
time.sleep(600)
"""


def test_a_job_runs_its_script_with_its_arguments_and_modules_on_our_interpreter(lake: LakeWorld) -> None:
    modules = lake.put("modules.zip", an_archive(greeting="def to(name):\n    return f'hello {name}'\n"))
    lake.make_job(
        """
import sys
from awsglue.utils import getResolvedOptions
import greeting, pyarrow
given = getResolvedOptions(sys.argv, ["JOB_NAME", "JOB_RUN_ID", "WHO", "KEPT"])
print(greeting.to(given["WHO"]))
print(given["JOB_NAME"], given["JOB_RUN_ID"], given["KEPT"])
""",
        DefaultArguments={"--WHO": "nobody", "--KEPT": "default", "--extra-py-files": modules},
    )

    run = lake.ended(lake.start(WHO="silver"))

    assert run["JobRunState"] == "SUCCEEDED", run
    assert lake.said(run["Id"]) == ["hello silver", f"{lake.name} {run['Id']} default"]
    assert run["CompletedOn"] >= run["StartedOn"]
    assert run["ExecutionTime"] >= 1
    assert "ErrorMessage" not in run


def test_a_job_reads_writes_and_queries_through_spark(lake: LakeWorld) -> None:
    rows = lake.put("in/rows.csv", "id,amount\na,1.50\nb,2.25\na,4.00\n")
    lake.make_job("""
import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession
given = getResolvedOptions(sys.argv, ["FROM"])
spark = SparkSession.builder.getOrCreate()
spark.read.csv(given["FROM"], header=True).createOrReplaceTempView("raw")
for row in spark.sql("select id, sum(cast(amount as decimal(9,2))) total from raw group by id order by id").collect():
    print(row.id, row.total)
""")

    run = lake.ended(lake.start(FROM=rows))

    assert run["JobRunState"] == "SUCCEEDED", run
    assert lake.said(run["Id"]) == ["a 5.50", "b 2.25"]


def test_a_script_that_raises_fails_its_run_with_the_last_line_of_its_traceback(lake: LakeWorld) -> None:
    lake.make_job("print('begun')\nraise ValueError('no such dataset: 7')\n")

    run = lake.ended(lake.start())

    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "ValueError: no such dataset: 7")
    assert lake.said(run["Id"]) == ["begun"]
    assert "Traceback (most recent call last):" in lake.said(run["Id"], "error")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import sys\nsys.exit(1)\n", "SystemExit: 1"),
        ("import sys\nsys.exit('no rows')\n", "SystemExit: no rows"),
        ("import os\nos._exit(3)\n", "Command failed with exit code 3"),
        ("this is no Python\n", "SyntaxError: invalid syntax"),
        ("import lake.ingestion\n", "ModuleNotFoundError: No module named 'lake'"),
        (
            "import sys\nfrom awsglue.utils import getResolvedOptions\ngetResolvedOptions(sys.argv, ['DATASET'])\n",
            "awsglue.utils.GlueArgumentError: the following arguments are required: --DATASET",
        ),
    ],
    ids=["exit 1", "exit text", "hard exit", "syntax", "not brought", "argument"],
)
def test_a_script_that_does_not_get_to_its_end_fails_its_run(lake: LakeWorld, script: str, reason: str) -> None:
    lake.make_job(script)

    run = lake.ended(lake.start())

    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", reason)


def test_a_script_that_exits_with_nothing_amiss_succeeds(lake: LakeWorld) -> None:
    lake.make_job("import sys\nsys.exit(0)\n")

    assert lake.ended(lake.start())["JobRunState"] == "SUCCEEDED"


@pytest.mark.parametrize("missing", ["script", "module"])
def test_a_file_that_is_missing_fails_the_run(lake: LakeWorld, missing: str) -> None:
    lake.make_job("print('it ran')", DefaultArguments={"--extra-py-files": f"s3://{lake.name}/module.zip"})
    if missing == "script":
        lake.client("s3").delete_object(Bucket=lake.name, Key="scripts/job.py")
        lake.put("module.zip", an_archive())

    run = lake.ended(lake.start())

    name = "scripts/job.py" if missing == "script" else "module.zip"
    wanted = f"LAUNCH ERROR | File not found: s3://{lake.name}/{name}"
    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", wanted)


def test_a_job_runs_as_often_at_a_time_as_it_may_and_a_run_that_is_stopped_makes_room(
    lake: LakeWorld, tmp_path: Path
) -> None:
    lake.make_job(ENDLESS)
    glue = lake.client("glue")
    run_id = lake.start(PID_FILE=str(tmp_path / "pid"))
    eventually((tmp_path / "pid").exists, "the script's begin")

    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException):
        lake.start()
    stopped = glue.batch_stop_job_run(JobName=lake.name, JobRunIds=[run_id, "jr_none"])
    run = lake.ended(run_id)

    assert [each["JobRunId"] for each in stopped["SuccessfulSubmissions"]] == [run_id]
    assert [each["ErrorDetail"]["ErrorCode"] for each in stopped["Errors"]] == ["EntityNotFoundException"]
    assert run["JobRunState"] == "STOPPED"
    assert not alive(tmp_path / "pid")
    glue.update_job(
        JobName=lake.name,
        JobUpdate={
            "Role": run["JobName"],
            "Command": {"Name": "glueetl", "ScriptLocation": lake.put("scripts/short.py", "print('short')")},
            "ExecutionProperty": {"MaxConcurrentRuns": 2},
        },
    )
    both = [lake.start(), lake.start()]
    assert [lake.ended(each)["JobRunState"] for each in both] == ["SUCCEEDED", "SUCCEEDED"]


def test_a_run_ends_with_the_ministack_that_started_it_and_is_stopped_after_its_next_start(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    for world in a_ministack_of_its_own(tmp_path):
        world.make_job(ENDLESS)
        run_id = world.start(PID_FILE=str(pid_file))
        eventually(pid_file.exists, "the script's begin")
    eventually(lambda: not alive(pid_file), "the end of the script", seconds=5)

    for world in a_ministack_of_its_own(tmp_path):
        run = world.run(run_id)
    assert (run["JobRunState"], run["ErrorMessage"]) == ("STOPPED", "MiniStack was stopped")


def a_ministack_of_its_own(home: Path) -> Iterator[LakeWorld]:
    supervisor, port = Supervisor(home), free_port()
    bare = BareMiniStack(Addresses(process.endpoint_url(port)))
    supervisor.start(process.part(interpreter=environment.python(), home=home / "data", port=port))
    world = LakeWorld(bare, "own")
    try:
        world.make()
        yield world
    finally:
        bare.close()
        supervisor.stop(process.NAME)


def alive(pid_file: Path) -> bool:
    """Whether the process of this number runs; one that has ended and was not asked for does not."""
    try:
        os.kill(int(pid_file.read_text()), 0)
        return ") Z " not in Path(f"/proc/{pid_file.read_text()}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
