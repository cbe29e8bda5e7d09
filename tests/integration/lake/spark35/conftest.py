from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from lake.transformations.catalogue import transformations
from local.environments import Environment
from local.home import ROOT
from tests.unit.lake.transformations.edges import inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

HERE = Path(__file__).parent
LONGEST = 600


@pytest.fixture(scope="session")
def spark35(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, pa.Table]:
    """What Spark 3.5 makes of each gold table."""
    folder = tmp_path_factory.mktemp("spark35")
    folder.joinpath("in").mkdir()
    for name, table in inputs().items():
        pq.write_table(table, folder / "in" / f"{name}.parquet")
    plan = {"tables": list(inputs()), "statements": {name: made.sql for name, made in transformations().items()}}
    folder.joinpath("plan.json").write_text(json.dumps(plan), encoding="utf-8")
    environment = Environment("spark", HERE / "requirements", ROOT / ".local" / "spark35-venv")
    python = environment.python("Getting Spark 3.5 (once; a minute)")
    # Of another test of this worker, whose Spark was elsewhere.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
    done = subprocess.run(
        [python, HERE / "every_statement.py", folder],
        env=environ,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: pq.read_table(folder / "out" / name) for name in transformations()}
