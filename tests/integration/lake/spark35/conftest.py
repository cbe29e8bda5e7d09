from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from lake.transformations.catalogue import transformations
from local.environments import Environment
from local.home import ROOT
from tests.integration.lake.spark35.recorded import recorded
from tests.unit.lake.transformations.edges import inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

HERE = Path(__file__).parent
LONGEST = 600


@dataclass(frozen=True)
class Spark35:
    """What Spark 3.5 says.

    Attributes:
        gold: what it makes of each gold table.
        steps: what loading asks, with the answers of DuckDB, as `recorded` tells them.
        answers: what it answers to each of them.
    """

    gold: Mapping[str, pa.Table]
    steps: list[dict[str, Any]]
    answers: list[list[list[str]] | None]


@pytest.fixture(scope="session")
def spark35(tmp_path_factory: pytest.TempPathFactory) -> Spark35:
    """It is started once for all of it."""
    folder = tmp_path_factory.mktemp("spark35")
    folder.joinpath("in").mkdir()
    for name, table in inputs().items():
        pq.write_table(table, folder / "in" / f"{name}.parquet")
    folder.joinpath("recorded").mkdir()
    steps = recorded(folder / "recorded")
    gold = {name: made.sql for name, made in transformations().items()}
    plan = {"tables": list(inputs()), "statements": gold, "steps": steps}
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
    answers = json.loads(folder.joinpath("answers.json").read_text(encoding="utf-8"))
    return Spark35({name: pq.read_table(folder / "out" / name) for name in gold}, steps, answers)
