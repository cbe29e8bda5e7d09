"""What is lost is told: accounts are what is found, not what was meant."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import pytest

from divisa.domain.errors import RowsUnaccounted
from lake.engines.duck import DuckSession
from lake.loading import accounting
from lake.loading.load import loads_of, pending
from lake.loading.plan import Backfill, Request
from lake.loading.planning import plan
from lake.loading.run import Step
from tests.unit.lake.loading.small_lake import BAD, DATASET, Reading, SmallLake, readings

if TYPE_CHECKING:
    from collections.abc import Callable

    from lake.engines.session import Session
    from lake.loading.load import Load
    from lake.loading.run import Run
    from lake.storage.objects import Objects

ROWS = [Reading(f"s{number}") for number in range(5)]


def begun(lake: SmallLake) -> Run:
    """A run that has merged, and is about to check."""
    lake.hand_in("a.csv", [*ROWS, ROWS[0], BAD])
    run = lake.run("checked")
    plan(lake.objects, run.contracts, run.name, Request())
    run.receive()
    run.merge()
    return run


def a_row_of_silver(lake: SmallLake) -> None:
    lake.session.run(f"DELETE FROM {lake.table} WHERE sensor = 's3'")  # noqa: S608 - ours


def a_file(zone: str) -> Callable[[SmallLake], None]:
    def lose(lake: SmallLake) -> None:
        [each] = lake.objects.listed(f"{zone}/{DATASET}/")
        lake.objects.remove(each.key)

    return lose


@pytest.mark.parametrize(
    ("lose", "rows"),
    [(a_row_of_silver, 1), (a_file("typed"), 6), (a_file("quarantine"), 1)],
    ids=["silver", "typed", "quarantine"],
)
def test_what_is_lost_is_told_until_it_is_found(lake: SmallLake, lose: Callable[[SmallLake], None], rows: int) -> None:
    run = begun(lake)
    lose(lake)
    for _ in range(2):
        with pytest.raises(RowsUnaccounted, match=f"what became of {rows} rows"):
            run.take(Step.CHECKS)
    assert lake.lost() == rows
    with pytest.raises(RowsUnaccounted):
        lake.bring_in()


def test_a_row_that_was_lost_and_is_merged_again_is_lost_no_more(lake: SmallLake) -> None:
    run = begun(lake)
    a_row_of_silver(lake)
    with pytest.raises(RowsUnaccounted):
        run.check()
    [load] = loads_of(lake.objects, DATASET)
    lake.bring_in(Request(backfill=Backfill(DATASET, load.received_at.date(), load.received_at.date())))
    assert [(e.silver, e.duplicates, e.unaccounted) for e in lake.accounts()] == [(5, 1, 0)]


def test_the_quarantine_of_a_file_of_no_dataset_is_looked_for_as_well(lake: SmallLake) -> None:
    lake.objects.put("landing/nobody/a.csv", b"x")
    run = lake.run("r")
    plan(lake.objects, run.contracts, run.name, Request())
    run.receive()
    run.merge()
    [aside] = lake.objects.listed("quarantine/unknown/")
    lake.objects.remove(aside.key)
    with pytest.raises(RowsUnaccounted):
        run.check()


def test_accounts_of_earlier_loads_know_that_they_were_outdone(lake: SmallLake) -> None:
    lake.contract = readings(order=True)
    for number in range(3):
        lake.hand_in(f"{number}.csv", [row._replace(version=str(number)) for row in ROWS[number:]])
        lake.bring_in()
    assert [(e.silver, e.duplicates) for e in lake.accounts()] == [(1, 4), (1, 3), (3, 0)]
    assert lake.lost() == 0


def test_late_rows_are_late_until_a_backfill_merges_them(lake: SmallLake) -> None:
    lake.contract = readings(window="1 day")
    lake.hand_in("new.csv", ROWS)
    lake.bring_in()
    lake.hand_in("old.csv", [Reading("s9", at="2024-01-01T00:00:00Z"), ROWS[0]])
    lake.bring_in()
    assert [(e.silver, e.duplicates, e.late) for e in lake.accounts()] == [(5, 0, 0), (0, 1, 1)]
    days = [load.received_at.date() for load in loads_of(lake.objects, DATASET)]
    lake.bring_in(Request(backfill=Backfill(DATASET, min(days), max(days))))
    assert [(e.silver, e.duplicates, e.late) for e in lake.accounts()] == [(5, 0, 0), (1, 1, 0)]
    assert (lake.late(), pending(lake.objects, DATASET)) == ([], [])


class _Asking:
    """A session during whose statements somebody asks for a backfill of a load."""

    def __init__(self, lake: SmallLake, load: Load) -> None:
        self._lake = lake
        self._load = load

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        self._lake.objects.put(self._load.again, b"")
        return self._lake.session.run(statement)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lake.session, name)


def test_a_backfill_that_is_asked_for_while_its_load_is_merged_is_not_forgotten(lake: SmallLake) -> None:
    run = begun(lake)
    [load] = loads_of(lake.objects, DATASET)
    lake.objects.remove(load.merged)

    lake.run(run.name, session=cast("Session", _Asking(lake, load))).merge()
    assert pending(lake.objects, DATASET) == [load]


def test_accounts_that_two_runs_write_at_once_are_all_kept(lake: SmallLake) -> None:
    for number in range(6):
        lake.hand_in(f"{number}.csv", [Reading(f"s{number}")])
    run = lake.run("all")
    plan(lake.objects, run.contracts, run.name, Request())
    run.receive()
    run.merge()
    loads = loads_of(lake.objects, DATASET)
    one = lake.session
    assert isinstance(one, DuckSession)
    table = lake.table

    def account(each: Load) -> None:
        session = one.another()
        entries = accounting.prove(session, lake.objects, lake.contract, [each])
        accounting.keep(session, lake.objects, DATASET, entries, table)

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(account, load) for load in loads]:
            done.result()
    assert [entry.load for entry in lake.accounts()] == loads


def test_loads_that_were_received_at_the_same_moment_have_accounts_in_a_fixed_order(lake: SmallLake) -> None:
    for number in range(4):
        lake.hand_in(f"{number}.csv", [Reading(f"s{number}")])
    lake.bring_in()
    loads = [entry.load for entry in lake.accounts()]
    assert loads == sorted(loads, key=lambda load: load.place)


class _Counted:
    """The lake's objects, with each call counted by what it is."""

    def __init__(self, objects: Objects) -> None:
        self.calls: Counter[str] = Counter()
        self._objects = objects

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        return getattr(self._objects, name)


def test_what_a_run_asks_of_the_lake_does_not_grow_with_the_loads_that_are_settled(lake: SmallLake) -> None:
    asked = []
    for begin, end in ((0, 2), (2, 3), (3, 9), (9, 10)):
        for number in range(begin, end):
            lake.hand_in(f"{number}.csv", [Reading(f"s{number}"), Reading("s0")])
        counted = _Counted(lake.objects)
        SmallLake(cast("Objects", counted), lake.session, lake.contract).bring_in()
        asked.append(counted.calls)
    assert len(lake.accounts()) == 10
    assert asked[1] == asked[3]
    assert lake.lost() == 0


def test_an_account_knows_all_of_its_load(lake: SmallLake) -> None:
    for name in ("a.csv", "b.txt", "c.jsonl"):
        lake.hand_in(name, [Reading()])
    lake.bring_in()
    assert [entry.load for entry in lake.accounts()] == loads_of(lake.objects, DATASET)
