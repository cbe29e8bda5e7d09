"""What counts of rows with the same key, as DuckDB says it of the statements."""

from __future__ import annotations

from datetime import date, datetime
from itertools import permutations
from typing import TYPE_CHECKING, Any, cast

import pytest

from lake.contract import examples
from lake.contract.contract import Column
from lake.contract.reading import contracts
from lake.contract.types import ColumnType
from lake.engines.duck import DuckSession
from lake.loading.checking import check
from lake.loading.load import loads_of
from lake.loading.merging import merge
from lake.loading.plan import Backfill, Request
from lake.loading.planning import plan
from lake.storage.folder import FolderObjects
from tests.unit.lake.loading.overtaken import Overtaken
from tests.unit.lake.loading.small_lake import DATASET, Reading, SmallLake, readings

if TYPE_CHECKING:
    from pathlib import Path

    from lake.contract.contract import Contract
    from lake.engines.session import Session


def left(lake: SmallLake, *files: list[Reading]) -> list[tuple[Any, ...]]:
    """What silver has when files come one after the other."""
    for number, rows in enumerate(files):
        lake.hand_in(f"{number}.csv", rows)
        lake.bring_in()
        assert lake.lost() == 0
    return lake.silver()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("less", "greater"),
    [
        (Reading(level=""), Reading(level="-5")),
        (Reading(level="2.00"), Reading(level="10.00")),
        (Reading(level="1.00", note="z"), Reading(level="2.00", note="a")),
        (Reading(note=""), Reading(note="a")),
        (Reading(good="false"), Reading(good="true")),
        (Reading(good=""), Reading(good="false")),
        (Reading(day="", note="z"), Reading(day="2020-01-01")),
        (Reading(share="0.1"), Reading(share="0.2")),
    ],
)
def test_of_rows_with_the_same_key_the_greater_one_counts_and_nothing_is_less_than_anything(
    tmp_path: Path, less: Reading, greater: Reading
) -> None:
    for number, files in enumerate([[[less], [greater]], [[greater], [less]], [[less, greater]], [[greater, less]]]):
        lake = SmallLake(FolderObjects(tmp_path / str(number)), DuckSession(), readings())
        alone = SmallLake(FolderObjects(tmp_path / f"alone-{number}"), DuckSession(), readings())
        assert left(lake, *files) == left(alone, [greater])


@pytest.mark.slow
def test_the_order_says_more_than_all_else(tmp_path: Path) -> None:
    rows = [Reading(version="10", level="1"), Reading(version="9", level="9"), Reading(version="9", level="")]
    for number, files in enumerate(permutations(rows)):
        lake = SmallLake(FolderObjects(tmp_path / str(number)), DuckSession(), readings(order=True))
        assert [row[2] for row in left(lake, *([each] for each in files))] == [10]


def test_a_key_that_moves_to_another_day_is_one_row_still(lake: SmallLake) -> None:
    early, later = Reading(at="2024-01-01T00:00:00Z"), Reading(at="2024-03-01T00:00:00Z", version="2")
    assert len(left(lake, [early], [later], [early], [Reading("s2")])) == 2


def test_a_key_that_two_merge_at_once_into_two_days_is_one_row_still(lake: SmallLake, tmp_path: Path) -> None:
    one = lake.session
    assert isinstance(one, DuckSession)
    lake.hand_in("slow.csv", [Reading(at="2024-01-01T00:00:00Z"), Reading("s2")])
    lake.hand_in("fast.csv", [Reading(at="2024-06-01T00:00:00Z")])
    run = lake.run("both")
    plan(lake.objects, run.contracts, run.name, Request())
    run.receive()
    loads = {load.name: load for load in loads_of(lake.objects, DATASET)}
    for load in loads.values():
        check(lake.objects, load, run.contracts, tmp_path)
    overtaken = Overtaken(one.another(), lambda: merge(one, lake.objects, lake.contract, [loads["fast.csv"]]))
    merge(cast("Session", overtaken), lake.objects, lake.contract, [loads["slow.csv"]])
    assert [row[:2] for row in lake.silver()] == [
        ("s1", datetime.fromisoformat("2024-06-01T00:00:00")),
        ("s2", datetime.fromisoformat("2024-05-01T10:00:00")),
    ]
    run.check()


def test_a_time_in_the_key_makes_other_rows_of_other_times(lake: SmallLake) -> None:
    lake.contract = readings(timed_key=True)
    assert len(left(lake, [Reading(at="2024-01-01T00:00:00Z")], [Reading(at="2024-01-01T00:00:00.000001Z")])) == 2


def test_a_dataset_without_a_time_is_merged_as_well(lake: SmallLake) -> None:
    lake.contract = readings(timed=False)
    assert [row[2] for row in left(lake, [Reading(version="2")], [Reading(version="1")])] == [2]


def test_what_was_typed_before_the_contract_grew_is_merged_and_accounted_for_still(lake: SmallLake) -> None:
    lake.contract = readings(window="1 day")
    left(lake, [Reading()], [Reading("late", at="2024-01-01T00:00:00Z")])
    grown = {
        f"more_{number}": Column(type=ColumnType.parse(kind), about="more", nullable=True, optional=True, example="1")
        for number, kind in enumerate(("string", "integer", "double", "boolean", "date", "timestamp", "decimal(9,2)"))
    }
    columns = {**lake.contract.columns, **grown}
    lake.contract = lake.contract.model_copy(update={"columns": columns})
    lake.bring_in(Request(backfill=Backfill(DATASET, date(1970, 1, 1), date(9999, 1, 1))))
    assert [(row[0], set(row[-7:])) for row in lake.silver()] == [("late", {None}), ("s1", {None})]
    assert (lake.lost(), lake.late()) == (0, [])


def test_a_row_that_is_late_by_a_microsecond_is_kept_apart(lake: SmallLake) -> None:
    lake.contract = readings(window="1 day")
    in_time, late = Reading("s2", at="2024-05-01T00:00:00.5Z"), Reading("s3", at="2024-05-01T00:00:00.499999Z")
    assert len(left(lake, [Reading(at="2024-05-02T00:00:00.5Z")], [in_time, late])) == 2
    assert [row[0] for row in lake.late()] == ["s3"]
    assert [(entry.silver, entry.late) for entry in lake.accounts()] == [(1, 0), (1, 1)]


def test_a_late_row_that_silver_has_already_is_a_duplicate(lake: SmallLake) -> None:
    lake.contract = readings(window="1 day")
    old = Reading(at="2024-01-01T00:00:00Z")
    assert len(left(lake, [old], [Reading("s2")], [old, Reading("s4", at=old.at)])) == 2
    assert [row[0] for row in lake.late()] == ["s4"]


def test_rows_of_the_first_year_that_there_is_stop_nobody(lake: SmallLake) -> None:
    lake.contract = readings(window="30 days")
    assert len(left(lake, [Reading(at="0001-01-02T00:00:00Z")], [Reading("s2", at="0001-01-03T00:00:00Z")])) == 2


@pytest.mark.parametrize("contract", contracts().values(), ids=lambda contract: contract.dataset)
def test_to_merge_twice_is_to_merge_once(tmp_path: Path, contract: Contract) -> None:
    lake = SmallLake(FolderObjects(tmp_path / "lake"), DuckSession(), contract)
    rows = examples.rows(contract, 12, seed=1)
    lake.hand_in("all.csv", rows)
    lake.bring_in()
    once = lake.silver()
    lake.hand_in("some.csv", rows[::-2])
    lake.bring_in()
    assert len(once) == 12
    assert lake.silver() == once
    assert [(entry.silver, entry.duplicates) for entry in lake.accounts()] == [(12, 0), (0, 6)]
