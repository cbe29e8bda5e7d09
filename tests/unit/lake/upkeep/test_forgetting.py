"""Older states of tables go when nobody reads them any more, with the files that only they are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lake.engines.session import Table
from lake.erasing.history import IcebergHistory
from tests.unit.lake.upkeep.iceberg_lake import DATABASES, TABLE

if TYPE_CHECKING:
    from tests.unit.lake.upkeep.iceberg_lake import IcebergLake

HOUR = timedelta(hours=1)


@pytest.fixture
def history(tables: IcebergLake) -> IcebergHistory:
    tables.make()
    for number in range(3):
        tables.append((f"s{number}", 1, 1.0))
    tables.table.delete("sensor = 's0'")
    return IcebergHistory(tables.catalog, DATABASES, tables.objects, HOUR)


def later(**span: float) -> datetime:
    return datetime.now(UTC) + timedelta(**span)


def test_states_stay_for_as_long_as_somebody_may_read_them(tables: IcebergLake, history: IcebergHistory) -> None:
    states = tables.table.snapshots()
    assert history.expire(TABLE, later(days=4)) == 0
    assert tables.table.snapshots() == states


def test_states_that_are_older_go_with_their_files_and_the_newest_one_stays(
    tables: IcebergLake, history: IcebergHistory
) -> None:
    before = tables.rows()
    assert history.expire(TABLE, later(days=6)) > 1
    assert len(tables.table.snapshots()) == 1
    assert tables.rows() == before
    data = [each.key for each in tables.objects.listed("silver/readings/data/")]
    assert sorted(map(tables.objects.uri, data)) == sorted(tables.files())
    assert history.expire(TABLE, later(days=6)) == 0


def test_a_file_that_no_state_knows_goes_unless_its_commit_may_be_at_work(
    tables: IcebergLake, history: IcebergHistory
) -> None:
    tables.objects.put("silver/readings/data/orphan.parquet", b"x")
    assert history.expire(TABLE, later(minutes=30)) == 0
    assert history.expire(TABLE, later(minutes=90)) == 1
    assert tables.objects.find("silver/readings/data/orphan.parquet") is None


def test_a_table_that_is_not_there_has_no_history(history: IcebergHistory) -> None:
    assert history.expire(Table("gold", "nothing", TABLE.schema), later()) == 0
