"""What changed in real Iceberg tables, in a catalog of SQLite and a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from lake.sinks.changes import IcebergChanges

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyiceberg.table import Table

    from lake.sinks.changes import Change


def rows(*numbers: int) -> pa.Table:
    return pa.table({"id": pa.array(numbers, pa.int64())})


def ids(change: Change | None) -> list[int]:
    assert change is not None
    return sorted(row["id"] for batch in change.batches for row in batch.to_pylist())


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqlCatalog]:
    found = SqlCatalog("lake", uri="sqlite://", warehouse=f"file://{tmp_path}")
    found.create_namespace("silver_1")
    yield found
    found.close()


@pytest.fixture
def changes(catalog: SqlCatalog) -> IcebergChanges:
    return IcebergChanges(catalog, {"silver": "silver_1"})


@pytest.fixture
def table(catalog: SqlCatalog) -> Table:
    return catalog.create_table("silver_1.jobs", rows().schema)


def test_of_a_table_that_is_not_there_yet_nothing_changed(changes: IcebergChanges) -> None:
    assert changes("silver", "jobs", None) is None


@pytest.mark.usefixtures("table")
def test_a_table_without_rows_is_one_all_the_same(changes: IcebergChanges) -> None:
    change = changes("silver", "jobs", None)
    assert change is not None
    assert (change.whole, ids(change)) == (True, [])
    assert changes("silver", "jobs", change.state) is None


def test_only_rows_that_came_since_are_told(changes: IcebergChanges, table: Table) -> None:
    table.append(rows(1, 2))
    first = changes("silver", "jobs", None)
    assert first is not None
    assert (first.whole, ids(first)) == (True, [1, 2])
    assert changes("silver", "jobs", first.state) is None
    table.append(rows(3))
    table.append(rows(4))
    second = changes("silver", "jobs", first.state)
    assert second is not None
    assert (second.whole, ids(second)) == (False, [3, 4])


def test_where_rows_were_deleted_all_that_are_left_are_told(changes: IcebergChanges, table: Table) -> None:
    table.append(rows(1, 2))
    first = changes("silver", "jobs", None)
    assert first is not None
    table.delete("id = 1")
    table.append(rows(3))
    second = changes("silver", "jobs", first.state)
    assert second is not None
    assert (second.whole, ids(second)) == (True, [2, 3])


def test_where_the_earlier_state_is_forgotten_all_rows_are_told(changes: IcebergChanges, table: Table) -> None:
    table.append(rows(1))
    first = changes("silver", "jobs", None)
    assert first is not None
    table.append(rows(2))
    table.maintenance.expire_snapshots().by_ids([int(first.state)]).commit()
    second = changes("silver", "jobs", first.state)
    assert second is not None
    assert (second.whole, ids(second)) == (True, [1, 2])
