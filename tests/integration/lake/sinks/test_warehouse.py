"""What a warehouse does, whichever it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pytest
from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

from divisa.domain.errors import InvalidInput
from lake.contract.contract import Sink
from lake.contract.reading import contracts
from lake.sinks.loaded import Loaded
from lake.sinks.postgres_warehouse import PostgresWarehouse
from lake.sinks.redshift import RedshiftWarehouse
from lake.sinks.settings import RedshiftSettings
from lake.sinks.table import SinkTable, sinks_of
from lake.sinks.warehouse import Warehouse, export
from tests.integration.lake.sinks.data_api import DataApi
from tests.integration.lake.sinks.typed import JOBS, changed, content, jobs, typed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

pytestmark = pytest.mark.integration

TABLES = [SinkTable.of_contract(contracts()[name]) for name in sinks_of(contracts())[Sink.WAREHOUSE]]
OUTCOMES = SinkTable.of_contract(contracts()["fx_outcomes"])
SETTINGS = RedshiftSettings("lake", "divisa", "arn:aws:iam::000000000000:role/copy")


@pytest.fixture
def files(tmp_path: Path) -> SubTreeFileSystem:
    (tmp_path / "lake-bucket").mkdir()
    return SubTreeFileSystem(str(tmp_path), LocalFileSystem())


@pytest.fixture(params=["laptop", "redshift"])
def warehouse(request: pytest.FixtureRequest, engine: Engine, files: SubTreeFileSystem) -> Warehouse:
    if request.param == "laptop":
        return PostgresWarehouse(engine, files)
    return RedshiftWarehouse(cast("Any", DataApi(engine, files, TABLES)), SETTINGS)


@pytest.fixture
def load(warehouse: Warehouse, files: SubTreeFileSystem) -> Callable[..., Loaded]:
    def loaded(table: SinkTable, batches: list[pa.RecordBatch], *, whole: bool = False) -> Loaded:
        export(table, batches, files, "lake-bucket/rows.parquet")
        return warehouse.load(table, "s3://lake-bucket/rows.parquet", whole=whole)

    return loaded


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_dataset_that_is_loaded_comes_back_as_it_went_in(table: SinkTable, load: Any, engine: Engine) -> None:
    batches = typed(contracts()[table.name], 100)
    assert load(table, batches) == Loaded(inserted=100, updated=0, unchanged=0)
    sent = [tuple(row.values()) for row in pa.Table.from_batches(batches).select(table.names).to_pylist()]
    there = content(engine, f"warehouse.{table.name}", *table.names)
    assert sorted(there, key=repr) == sorted(sent, key=repr)
    assert load(table, batches) == Loaded(inserted=0, updated=0, unchanged=100)


def test_a_load_says_what_is_new_what_changed_and_what_did_not(load: Any, engine: Engine) -> None:
    load(JOBS, jobs((1, "Recruiter"), (2, "Cook"), (3, "Clerk")))
    assert load(JOBS, jobs((2, "Chef"), (3, "Clerk"), (4, "Pilot"))) == Loaded(inserted=1, updated=1, unchanged=1)
    there = [(1, "Recruiter"), (2, "Chef"), (3, "Clerk"), (4, "Pilot")]
    assert content(engine, "warehouse.hr_jobs", "id", "job") == there


def test_a_value_that_came_or_went_is_a_change(load: Any) -> None:
    batches = typed(contracts()["fx_outcomes"], 3)
    load(OUTCOMES, changed(batches, 0, "response", None))
    assert load(OUTCOMES, changed(batches, 0, "response", "accepted")).updated == 1
    assert load(OUTCOMES, changed(batches, 0, "response", None)).updated == 1


def test_an_older_row_does_not_take_the_place_of_a_newer_one(load: Any, engine: Engine) -> None:
    newer = typed(contracts()["fx_outcomes"], 1)
    known_until = newer[0]["known_until"][0].as_py()
    load(OUTCOMES, newer)
    older = changed(newer, 0, "known_until", known_until - timedelta(hours=1))
    assert load(OUTCOMES, older) == Loaded(inserted=0, updated=0, unchanged=1)
    assert content(engine, "warehouse.fx_outcomes", "known_until") == [(known_until,)]


def test_two_rows_with_one_key_are_refused_and_nothing_is_loaded(load: Any, engine: Engine) -> None:
    load(JOBS, jobs((1, "Cook")))
    with pytest.raises(InvalidInput, match="^hr_jobs: two rows have the same key$"):
        load(JOBS, jobs((1, "Private"), (1, "Secret"), (2, "Pilot")))
    assert content(engine, "warehouse.hr_jobs", "id", "job") == [(1, "Cook")]


def test_a_load_without_rows_makes_the_table(load: Any, engine: Engine) -> None:
    assert load(JOBS, []) == Loaded(0, 0, 0)
    assert content(engine, "warehouse.hr_jobs", "id") == []


def test_all_that_a_table_is_to_hold_takes_the_place_of_what_it_holds_older_rows_too(load: Any, engine: Engine) -> None:
    load(JOBS, jobs((1, "Recruiter"), (2, "Cook"), (3, "Clerk")))
    assert load(JOBS, jobs((2, "Chef"), (3, "Clerk"), (4, "Pilot")), whole=True) == Loaded(1, 1, 1, removed=1)
    assert content(engine, "warehouse.hr_jobs", "id", "job") == [(2, "Chef"), (3, "Clerk"), (4, "Pilot")]
    newer = typed(contracts()["fx_outcomes"], 1)
    load(OUTCOMES, newer)
    older = changed(newer, 0, "known_until", newer[0]["known_until"][0].as_py() - timedelta(hours=1))
    assert load(OUTCOMES, older, whole=True).updated == 1
    assert load(OUTCOMES, [], whole=True) == Loaded(0, 0, 0, removed=1)


def test_an_erased_person_is_removed_and_nobody_else(load: Any, warehouse: Warehouse, engine: Engine) -> None:
    table = SinkTable.of_contract(contracts()["hr_hired_employees"])
    assert warehouse.delete_where(table, "id", 1) == 0
    load(table, typed(contracts()["hr_hired_employees"], 3))
    first, *others = content(engine, "warehouse.hr_hired_employees", "id")
    assert warehouse.delete_where(table, "id", first[0]) == 1
    assert content(engine, "warehouse.hr_hired_employees", "id") == others


def test_rows_are_removed_only_by_what_tells_a_person(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="^nobody is told by side of fx_outcomes"):
        warehouse.delete_where(OUTCOMES, "side", "BUY")


def test_a_file_has_the_columns_of_its_table_and_no_others(files: SubTreeFileSystem, engine: Engine) -> None:
    told: list[int] = []
    assert export(OUTCOMES, typed(contracts()["fx_outcomes"], 1_500), files, "lake-bucket/one", told.append) == 1_500
    assert told == [1_000, 1_500]
    with pytest.raises(InvalidInput, match="^the file of hr_jobs has other columns than it$"):
        PostgresWarehouse(engine, files).load(JOBS, "s3://lake-bucket/one")
