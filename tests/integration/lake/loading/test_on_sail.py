"""What is proved of the core on DuckDB and a folder holds on Sail, Iceberg and S3 as well."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pytest
from hypothesis import HealthCheck, given, settings

from lake.contract import examples
from lake.contract.reading import contracts
from lake.engines.duck import DuckSession
from lake.loading.checking import check
from lake.loading.load import loads_of
from lake.loading.merging import merge
from lake.loading.plan import Backfill, Request
from lake.loading.planning import plan
from lake.storage.folder import FolderObjects
from tests.unit.lake.loading.histories import History, histories
from tests.unit.lake.loading.overtaken import Overtaken
from tests.unit.lake.loading.small_lake import DATASET, Reading, SmallLake, readings

if TYPE_CHECKING:
    from lake.contract.contract import Contract
    from lake.engines.session import Session
    from tests.integration.lake.loading.conftest import Place

pytestmark = pytest.mark.integration
_NUMBERS: Final = itertools.count()


@pytest.mark.parametrize("contract", contracts().values(), ids=lambda contract: contract.dataset)
def test_to_merge_twice_is_to_merge_once(lake: SmallLake, contract: Contract) -> None:
    lake.contract = contract
    rows = examples.rows(contract, 12, seed=1)
    lake.hand_in("all.csv", rows)
    lake.bring_in()
    once = lake.silver()
    lake.hand_in("some.csv", rows[::-2])
    lake.bring_in()
    assert len(once) == 12
    assert lake.silver() == once
    # Both may have come in one second, as S3 counts them.
    assert sorted((entry.silver, entry.duplicates) for entry in lake.accounts()) == [(0, 6), (12, 0)]


def test_late_rows_are_late_until_a_backfill_merges_them(lake: SmallLake) -> None:
    lake.contract = readings(window="1 day")
    lake.hand_in("new.csv", [Reading()])
    lake.bring_in()
    lake.hand_in("old.csv", [Reading("s9", at="2024-01-01T00:00:00Z"), Reading()])
    lake.bring_in()
    assert sorted((e.silver, e.duplicates, e.late, e.unaccounted) for e in lake.accounts()) == [
        (0, 1, 1, 0),
        (1, 0, 0, 0),
    ]
    lake.bring_in(Request(backfill=Backfill(DATASET, date(1970, 1, 1), date(9999, 1, 1))))
    assert sorted((e.silver, e.duplicates, e.late, e.unaccounted) for e in lake.accounts()) == [
        (1, 0, 0, 0),
        (1, 1, 0, 0),
    ]
    assert lake.late() == []


def test_a_key_that_two_merge_at_once_into_two_days_is_one_row_still(
    lake: SmallLake, place: Place, tmp_path: Path
) -> None:
    lake.hand_in("slow.csv", [Reading(at="2024-01-01T00:00:00Z"), Reading("s2")])
    lake.hand_in("fast.csv", [Reading(at="2024-06-01T00:00:00Z")])
    run = lake.run(f"both-{next(_NUMBERS)}")
    plan(lake.objects, run.contracts, run.name, Request())
    run.receive()
    loads = {load.name: load for load in loads_of(lake.objects, DATASET)}
    for load in loads.values():
        check(lake.objects, load, run.contracts, tmp_path)
    overtaken = Overtaken(
        place.session(), lambda: merge(lake.session, lake.objects, lake.contract, [loads["fast.csv"]])
    )
    merge(cast("Session", overtaken), lake.objects, lake.contract, [loads["slow.csv"]])
    assert [row[0] for row in lake.silver()] == ["s1", "s2"]
    run.check()


@given(history=histories())
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_silver_is_that_of_duckdb_however_its_rows_came(place: Place, tmp_path: Path, history: History) -> None:
    """Every example has a dataset of its own, since the tables are the same ones."""
    number = next(_NUMBERS)
    contract = history.contract.model_copy(update={"dataset": f"{DATASET}_{number}"})
    lake = SmallLake(place.objects, place.session(), contract)
    clean = SmallLake(FolderObjects(tmp_path / str(number)), DuckSession(), history.contract)
    clean.hand_in("all.csv", history.good)
    clean.bring_in()
    for file in range(len(history.files)):
        history.hand_in(lake.objects, file, contract.dataset)
    others = [place.session() for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(lake.bring_in, session=session) for session in others]:
            done.result()
    assert lake.silver() == clean.silver()
    assert lake.lost() == 0
    assert sum(entry.rows_in for entry in lake.accounts()) == sum(len(rows) for rows, _ in history.loads)


KILLED: Final = """
import os, signal, sys
from pathlib import Path
from lake.engines.duck import DuckSession
from lake.storage.folder import FolderObjects
from tests.unit.lake.loading.small_lake import SmallLake, readings

class Mortal(DuckSession):
    def run(self, statement):
        if statement.startswith("INSERT"):
            self._connection.execute("BEGIN")
            super().run(statement)
            os.kill(os.getpid(), signal.SIGKILL)
        return super().run(statement)

root = Path(sys.argv[1])
SmallLake(FolderObjects(root / "lake"), Mortal(root / "tables"), readings()).bring_in()
"""


def test_a_process_that_is_killed_in_the_middle_of_a_merge_leaves_nothing_half_done(tmp_path: Path) -> None:
    rows = [Reading(f"s{number}") for number in range(100)]
    lake = SmallLake(FolderObjects(tmp_path / "lake"), DuckSession(), readings())
    lake.hand_in("a.csv", rows)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], check=False, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    assert killed.returncode == -signal.SIGKILL
    lake.session = DuckSession(tmp_path / "tables")
    assert lake.silver() == []
    lake.bring_in()
    assert len(lake.silver()) == 100
    assert lake.lost() == 0
