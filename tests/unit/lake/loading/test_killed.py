"""A run may end at any moment: what it was at is done by the next one, with the same outcome."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from lake.engines.duck import DuckSession
from lake.loading.plan import Backfill, Request
from lake.storage.folder import FolderObjects
from tests.unit.lake.loading.faults import Died, Fuse
from tests.unit.lake.loading.small_lake import BAD, DATASET, Reading, SmallLake, readings

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = readings(window="2 days", order=True)
FIRST = [Reading("s1"), Reading("s2", version="2"), Reading("s3"), BAD]
SECOND = [
    Reading("s2", version="1"),
    Reading("s3", version="3"),
    Reading("s4"),
    Reading("s5", at="2024-04-01T00:00:00Z"),
]


def a_lake(root: Path) -> SmallLake:
    """One with a file in silver, and two more that landed."""
    lake = SmallLake(FolderObjects(root / "lake"), DuckSession(root / "tables"), CONTRACT)
    lake.hand_in("first.csv", FIRST)
    lake.bring_in()
    lake.hand_in("second.csv", SECOND)
    lake.objects.put("landing/nobody/knows.csv", b"a\n1\n")
    return lake


def copied(lake: Path, to: Path) -> SmallLake:
    """The same lake once more, as its files are."""
    shutil.copytree(lake, to)
    return SmallLake(FolderObjects(to / "lake"), DuckSession(to / "tables"), CONTRACT)


def what_it_holds(lake: SmallLake) -> tuple[Any, ...]:
    accounts = sorted((e.load.id, e.rows_in, e.silver, e.duplicates, e.late) for e in lake.accounts())
    unknown = [each.key.rpartition("/")[2] for each in lake.objects.listed("quarantine/unknown/")]
    landed = [each.key for each in lake.objects.listed("landing/")]
    return lake.silver(), lake.late(), lake.set_aside(), accounts, unknown, landed


def closed(lake: SmallLake) -> None:
    assert isinstance(lake.session, DuckSession)
    lake.session.close()


def fused(lake: SmallLake, fuse: Fuse) -> SmallLake:
    return SmallLake(fuse.around(lake.objects), fuse.around(lake.session), lake.contract)


@pytest.mark.slow
@pytest.mark.parametrize("same", [False, True], ids=["another-run", "the-same-run"])
def test_wherever_a_run_ends_the_next_one_finishes_its_work(tmp_path: Path, *, same: bool) -> None:
    begun = tmp_path / "begun"
    closed(a_lake(begun))
    whole, fuse = copied(begun, tmp_path / "whole"), Fuse()
    fused(whole, fuse).bring_in()
    assert fuse.changes > 20
    for number in range(same, fuse.changes, 2):  # every other one, so that both together end at each
        lake = copied(begun, tmp_path / str(number))
        with pytest.raises(Died):
            fused(lake, Fuse(number)).bring_in(name="killed")
        lake.bring_in(name="killed" if same else None)
        assert what_it_holds(lake) == what_it_holds(whole), f"change {number} of {fuse.changes}"
        closed(lake)


@pytest.mark.slow
def test_wherever_a_backfill_ends_the_next_run_finishes_it(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    lake = a_lake(begun)
    lake.bring_in()
    assert len(lake.late()) == 1
    days = [entry.load.received_at.date() for entry in lake.accounts()]
    request = Request(backfill=Backfill(DATASET, min(days), max(days)))
    closed(lake)
    whole, fuse = copied(begun, tmp_path / "whole"), Fuse()
    fused(whole, fuse).bring_in(request)
    assert whole.late() == []
    for number in range(fuse.changes):
        lake = copied(begun, tmp_path / str(number))
        with pytest.raises(Died):
            fused(lake, Fuse(number)).bring_in(request, name="killed")
        if lake.objects.find("runs/killed/plan.json") is None:
            lake.bring_in(request)  # nobody was told yet that it had begun
        else:
            lake.bring_in()
        assert what_it_holds(lake) == what_it_holds(whole), f"change {number} of {fuse.changes}"
        closed(lake)
