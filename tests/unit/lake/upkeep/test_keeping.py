"""Rows go when they are older than their contract keeps them, and every one of them stays accounted for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from lake.contract.contract import Contract
from lake.contract.reading import contracts
from lake.engines.duck import DuckSession
from lake.loading.load import loads_of
from lake.loading.plan import Backfill, Request
from lake.storage.folder import FolderObjects
from lake.upkeep.keeping import keep
from tests.unit.lake.loading.faults import Died, Fuse
from tests.unit.lake.loading.small_lake import BAD, DATASET, Reading, SmallLake, readings

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2024, 6, 1, 12, 30, tzinfo=UTC)
OLD, YOUNG = "2024-04-21T23:59:59Z", "2024-04-22T00:00:00Z"


def kept(days: int = 40, **shape: Any) -> Contract:
    """A contract that keeps rows for so many days."""
    return Contract.model_validate(readings(**shape).model_dump() | {"keep": f"{days} days"})


@pytest.fixture
def lake(tmp_path: Path) -> SmallLake:
    lake = SmallLake(FolderObjects(tmp_path / "lake"), DuckSession(), kept(window="20 days"))
    lake.hand_in("a.csv", [Reading("s1", at=OLD), Reading("s2", at=YOUNG), Reading("s3", at=OLD), BAD])
    lake.bring_in()
    return lake


def upkeep(lake: SmallLake, now: datetime = NOW) -> int:
    return keep(lake.session, lake.objects, lake.contract, now)


def fates(lake: SmallLake) -> Counter[str]:
    out: Counter[str] = Counter()
    for entry in lake.accounts():
        assert entry.unaccounted == 0
        out += Counter(silver=entry.silver, duplicates=entry.duplicates, late=entry.late, expired=entry.expired)
    return out


def test_rows_go_that_are_a_day_too_old_and_no_others(lake: SmallLake) -> None:
    assert upkeep(lake) == 2
    assert [row[0] for row in lake.silver()] == ["s2"]
    lake.bring_in()
    assert fates(lake) == {"silver": 1, "expired": 2}


def test_to_do_it_again_changes_nothing(lake: SmallLake) -> None:
    upkeep(lake)
    lake.bring_in()
    before = [(each.key, each.tag) for each in lake.objects.listed("")]
    assert upkeep(lake) == 0
    assert [(each.key, each.tag) for each in lake.objects.listed("")] == before


def test_a_row_that_is_too_old_when_it_comes_is_neither_merged_nor_late(lake: SmallLake) -> None:
    upkeep(lake)
    lake.hand_in("b.csv", [Reading("s9", at=OLD), Reading("s1", at=OLD), Reading("s4", at=YOUNG)])
    lake.bring_in()
    assert [row[0] for row in lake.silver()] == ["s2", "s4"]
    assert lake.late() == []
    assert fates(lake) == {"silver": 2, "expired": 4}


def test_no_backfill_brings_a_row_back(lake: SmallLake) -> None:
    upkeep(lake)
    days = [load.received_at.date() for load in loads_of(lake.objects, DATASET)]
    lake.bring_in(Request(backfill=Backfill(DATASET, min(days), max(days))))
    assert [row[0] for row in lake.silver()] == ["s2"]
    assert fates(lake) == {"silver": 1, "expired": 2}


def test_late_rows_go_as_well_and_the_others_stay_late(lake: SmallLake) -> None:
    lake.hand_in("new.csv", [Reading("s5", at="2024-05-30T00:00:00Z")])
    lake.bring_in()
    lake.hand_in("late.csv", [Reading("s6", at=OLD), Reading("s7", at=YOUNG)])
    lake.bring_in()
    assert fates(lake)["late"] == 2
    upkeep(lake)
    assert [row[0] for row in lake.late()] == ["s7"]
    lake.bring_in()
    assert fates(lake) == {"silver": 2, "expired": 3, "late": 1}


def test_what_was_kept_for_less_long_once_does_not_come_back(lake: SmallLake) -> None:
    upkeep(lake)
    for contract in (kept(400), readings()):
        lake.contract = contract
        lake.hand_in(f"{contract.keep}.csv", [Reading("s1", at=OLD), Reading("s1", at=OLD, note=str(contract.keep))])
        upkeep(lake)
        lake.bring_in()
        assert [row[0] for row in lake.silver()] == ["s2"]
    assert fates(lake) == {"silver": 1, "expired": 6}


def test_a_dataset_that_keeps_rows_for_ever_keeps_them(tmp_path: Path) -> None:
    lake = SmallLake(FolderObjects(tmp_path / "lake"), DuckSession(), readings())
    lake.hand_in("a.csv", [Reading(at=OLD)])
    lake.bring_in()
    assert upkeep(lake, datetime(2999, 1, 1, tzinfo=UTC)) == 0
    assert len(lake.silver()) == 1


@pytest.mark.slow
def test_whoever_is_killed_anywhere_is_gone_on_for_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    number, died = 0, True
    while died:
        lake = SmallLake(FolderObjects(tmp_path / str(number)), DuckSession(), kept(window="20 days"))
        lake.hand_in("a.csv", [Reading("s1", at=OLD), Reading("s2", at=YOUNG)])
        lake.bring_in()
        fuse = Fuse(number)
        try:
            keep(fuse.around(lake.session), fuse.around(lake.objects), lake.contract, NOW)
            died = False
        except Died:
            lake.bring_in()
            assert lake.lost() == 0
            upkeep(lake)
        lake.bring_in()
        assert [row[0] for row in lake.silver()] == ["s2"], number
        assert fates(lake) == {"silver": 1, "expired": 1}, number
        number += 1
    assert number >= 5


def test_no_contract_keeps_rows_for_a_while_only_and_has_them_elsewhere_as_well() -> None:
    """Nothing takes rows out of a sink that are too old."""
    assert [each.dataset for each in contracts().values() if each.keep is not None and each.sinks] == []
