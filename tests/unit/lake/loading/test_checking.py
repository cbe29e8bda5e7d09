"""Every row of a load is typed or set aside, once, and what was found is written down behind what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lake.loading.checking import Checked, check
from lake.loading.load import UNKNOWN, loads_of
from lake.loading.plan import Request
from lake.loading.planning import plan
from tests.unit.lake.loading.small_lake import BAD, DATASET, Reading, SmallLake

if TYPE_CHECKING:
    from pathlib import Path

    from lake.loading.load import Load


def received(lake: SmallLake, dataset: str = DATASET) -> Load:
    """The load of what landed."""
    run = lake.run()
    plan(lake.objects, run.contracts, run.name, Request())
    run.receive()
    [load] = loads_of(lake.objects, dataset)
    return load


def checked(lake: SmallLake, load: Load, scratch: Path) -> Checked:
    return check(lake.objects, load, {DATASET: lake.contract}, scratch)


def test_rows_are_typed_or_set_aside(lake: SmallLake, tmp_path: Path) -> None:
    lake.hand_in("a.csv", [Reading(), BAD, Reading("s2")])
    load = received(lake)
    assert checked(lake, load, tmp_path) == Checked(3, 2, {"bad_number": 1})
    assert lake.set_aside() == [(load.id, 3)]


def test_what_was_found_is_read_again(lake: SmallLake, tmp_path: Path) -> None:
    lake.hand_in("a.csv", [Reading()])
    load = received(lake)
    found = checked(lake, load, tmp_path)
    lake.objects.remove(load.bronze)
    assert checked(lake, load, tmp_path) == found


def test_what_was_not_written_down_is_found_anew_and_the_same(lake: SmallLake, tmp_path: Path) -> None:
    lake.hand_in("a.csv", [Reading(), BAD])
    load = received(lake)
    found = checked(lake, load, tmp_path)
    typed = lake.objects.read(load.typed)
    lake.objects.remove(load.checked)
    assert checked(lake, load, tmp_path) == found
    assert lake.objects.read(load.typed) == typed


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"a,b\n1,2\n", b"PK\x03\x04zipped"], ids=["0", "lines", "header", "zip"]
)
def test_a_file_that_is_refused_is_one_row_set_aside(lake: SmallLake, tmp_path: Path, content: bytes) -> None:
    lake.objects.put(f"landing/{DATASET}/a.csv", content)
    load = received(lake)
    assert checked(lake, load, tmp_path) == Checked(1, 0, {"refused_file": 1})
    assert lake.objects.find(load.typed) is None
    assert lake.set_aside() == [(load.id, 0)]


def test_a_file_of_no_dataset_is_one_row_set_aside(lake: SmallLake, tmp_path: Path) -> None:
    lake.objects.put("landing/nobody/a.csv", b"")
    assert checked(lake, received(lake, UNKNOWN), tmp_path) == Checked(1, 0, {"unknown_dataset": 1})


def test_a_bad_file_keeps_no_good_one_out(lake: SmallLake) -> None:
    lake.hand_in("good.csv", [Reading()])
    lake.objects.put(f"landing/{DATASET}/bad.csv", b"\x00")
    lake.bring_in()
    assert [row[0] for row in lake.silver()] == ["s1"]
    assert sorted((e.silver, sum(e.quarantine.values()), e.unaccounted) for e in lake.accounts()) == [
        (0, 1, 0),
        (1, 0, 0),
    ]


@pytest.mark.parametrize("wrong", ["monday.txt", "monday.jsonl", "monday.csv.gz"])
def test_a_file_whose_name_said_something_else_is_read_when_it_is_handed_in_under_the_right_one(
    lake: SmallLake, wrong: str
) -> None:
    lake.hand_in(wrong, [Reading(), Reading("s2")])
    lake.bring_in()
    assert lake.silver() == []
    lake.hand_in("monday.csv", [Reading(), Reading("s2")])
    lake.bring_in()
    assert [row[0] for row in lake.silver()] == ["s1", "s2"]
    lake.hand_in("tuesday.csv", [Reading(), Reading("s2")])
    lake.bring_in()
    assert sorted((e.load.name, e.silver, e.unaccounted) for e in lake.accounts()) == sorted(
        [("monday.csv", 2, 0), (wrong, 0, 0)]
    )
