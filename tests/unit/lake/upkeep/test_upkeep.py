"""A night's upkeep takes all its parts, and says what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import ConcurrentUpdate, RowsUnaccounted
from lake.contract.contract import Contract
from lake.engines.duck import DuckSession
from lake.erasing.erase import Report
from lake.storage.folder import FolderObjects
from lake.transformations.catalogue import transformations
from lake.upkeep.upkeep import Part, Upkeep
from tests.unit.lake.loading.small_lake import Reading, SmallLake, readings
from tests.unit.lake.upkeep.test_keeping import NOW, OLD, YOUNG

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from lake.engines.session import Table


class Night:
    """An upkeep, and what it said and was asked for."""

    def __init__(self, root: Path, report: Report) -> None:
        contract = Contract.model_validate(readings().model_dump() | {"keep": "40 days"})
        self.lake = SmallLake(FolderObjects(root / "lake"), DuckSession(), contract)
        self.said: list[str] = []
        self.tables: list[str] = []
        self.overtaken = 2
        self.upkeep = Upkeep(
            "night",
            NOW,
            self.lake.objects,
            {contract.dataset: contract},
            lambda: self.lake.session,
            erase=lambda now: report,
            export=lambda: "files written",
            compact=self._compact,
            expire=self._expire,
            say=self.said.append,
        )

    def _compact(self, table: Table) -> int:
        self.tables.append(f"{table.zone}.{table.name}")
        return 9 if table.zone == "silver" else 0

    def _expire(self, table: Table, now: datetime) -> int:
        if table.zone == "silver" and self.overtaken:
            self.overtaken -= 1
            raise ConcurrentUpdate("somebody was faster")
        self.tables.append(f"{table.zone}.{table.name}")
        return 1000 if table.zone == "silver" else 0


def test_every_part_says_what_it_did_and_looks_at_every_table(tmp_path: Path) -> None:
    night = Night(tmp_path, Report(0))
    night.lake.hand_in("a.csv", [Reading("s1", at=OLD), Reading("s2", at=YOUNG)])
    night.lake.bring_in()

    for part in Part:
        night.upkeep.take(part)

    assert night.said == [
        "nobody is to be erased",
        "readings: 1 rows were too old to be kept",
        "files written",
        "silver.readings: 9 small files put together",
        "silver.readings: 1,000 files of older states forgotten",
    ]
    assert night.tables == 2 * ["silver.readings", *(f"gold.{name}" for name in transformations())]


def test_rows_that_nobody_knows_of_after_an_erasure_fail_it(tmp_path: Path) -> None:
    with pytest.raises(RowsUnaccounted, match="3 rows"):
        Night(tmp_path, Report(1, unaccounted=3)).upkeep.take(Part.ERASE)
