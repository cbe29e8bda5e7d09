from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidInput
from lake.contract.reading import contracts
from lake.engines.duck import DuckSession
from lake.loading.accounting import kept
from lake.loading.plan import Request
from lake.loading.planning import plan
from lake.loading.run import Run, Step
from lake.loading.setting_aside import hand_in_again, set_aside, to_repair
from lake.storage.folder import FolderObjects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATASET = "hr_jobs"
GOOD, BAD = b"7,Analyst\n", b"seven,Clerk\n"


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "lake")


@pytest.fixture
def session() -> Iterator[DuckSession]:
    session = DuckSession()
    yield session
    session.close()


def carried(objects: FolderObjects, session: DuckSession, name: str) -> None:
    plan(objects, tuple(contracts()), name, Request())
    run = Run(name, datetime(2026, 1, 5, tzinfo=UTC), objects, {DATASET: contracts()[DATASET]}, lambda: session)
    for step in (Step.BRONZE, Step.SILVER, Step.CHECKS):
        run.take(step)


def test_a_row_that_was_set_aside_is_repaired_and_handed_in_again(objects: FolderObjects, session: DuckSession) -> None:
    objects.put(f"landing/{DATASET}/jobs.csv", GOOD + BAD)
    carried(objects, session, "first")

    [row] = set_aside(objects, DATASET)
    assert (row.load.name, row.line, row.raw, row.reasons) == ("jobs.csv", 2, BAD, ("bad_number",))
    repaired = to_repair(contracts()[DATASET], iter([row])).replace(b"seven", b"8")
    assert hand_in_again(objects, DATASET, repaired) == hand_in_again(objects, DATASET, repaired)
    carried(objects, session, "second")

    assert sorted(session.run("SELECT id, job FROM silver.hr_jobs")) == [(7, "Analyst"), (8, "Clerk")]
    assert [(entry.silver, entry.quarantine) for entry in kept(objects, DATASET)] == [(1, {"bad_number": 1}), (1, {})]


def test_what_is_to_be_repaired_begins_as_files_of_its_contract_do(
    objects: FolderObjects, session: DuckSession
) -> None:
    contract = contracts()["shop_orders"]
    assert to_repair(contract, iter(())) == ",".join(contract.columns).encode() + b"\n"


def test_what_is_to_be_repaired_is_as_it_came_so_that_a_formula_handed_in_again_is_the_text_that_it_was(
    objects: FolderObjects, session: DuckSession
) -> None:
    objects.put(f"landing/{DATASET}/jobs.csv", b"seven,=1+1\n")
    carried(objects, session, "first")
    assert to_repair(contracts()[DATASET], set_aside(objects, DATASET)) == b"seven,=1+1\n"


def test_nothing_is_no_repaired_file(objects: FolderObjects) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        hand_in_again(objects, DATASET, b"")
