"""Small files become few, with the same rows, whatever others do meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyiceberg.io.pyarrow import ArrowScan

from lake.upkeep import compacting
from lake.upkeep.compacting import Compaction
from tests.unit.lake.upkeep.iceberg_lake import DATABASES, TABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyiceberg.table import FileScanTask

    from tests.unit.lake.upkeep.iceberg_lake import IcebergLake


@pytest.fixture
def compaction(tables: IcebergLake) -> Compaction:
    tables.make()
    return Compaction(tables.catalog, DATABASES, most=3)


def test_many_small_files_of_a_day_become_one_and_those_of_another_day_stay(
    tables: IcebergLake, compaction: Compaction
) -> None:
    for number in range(4):
        tables.append((f"s{number}", 1, None if number == 2 else 1.5))
    for number in range(3):
        tables.append((f"t{number}", 2, 2.5))
    before, other_day = tables.rows(), {file for file in tables.files() if "05-02" in file}

    assert compaction(TABLE) == 4

    assert tables.rows() == before
    assert other_day < set(tables.files())
    assert len(tables.files()) == 4
    assert compaction(TABLE) == 0


def test_files_are_put_together_no_more_than_a_group_at_a_time(
    tables: IcebergLake, compaction: Compaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        tables.append((f"s{number}", 1, 1.0))
    before = tables.rows()
    size = max(task.file.file_size_in_bytes for task in tables.table.scan().plan_files())
    monkeypatch.setattr(compacting, "AT_ONCE", 3 * size)

    assert compaction(TABLE) == 6

    assert len(tables.files()) == 2
    assert tables.rows() == before


def test_large_files_are_left_alone(
    tables: IcebergLake, compaction: Compaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compacting, "SMALL", 1)
    for number in range(6):
        tables.append((f"s{number}", 1, 1.0))
    assert compaction(TABLE) == 0


def test_a_table_that_is_not_there_has_nothing_to_do(tables: IcebergLake) -> None:
    assert Compaction(tables.catalog, DATABASES)(TABLE) == 0


def test_rows_that_somebody_deletes_meanwhile_do_not_come_back(
    tables: IcebergLake, compaction: Compaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        tables.append((f"s{number}", 1, 1.0))
    read = ArrowScan.to_table

    def overtaken(self: ArrowScan, tasks: Sequence[FileScanTask]) -> object:
        rows = read(self, tasks)
        monkeypatch.undo()
        tables.table.delete("sensor = 's2'")
        return rows

    monkeypatch.setattr(ArrowScan, "to_table", overtaken)
    assert compaction(TABLE) == 0
    assert [row[0] for row in tables.rows()] == ["s0", "s1", "s3"]
