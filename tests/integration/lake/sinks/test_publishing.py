"""Tables of an Iceberg catalog, loaded into a PostgreSQL that is both sinks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow.fs import LocalFileSystem
from pyiceberg.catalog.sql import SqlCatalog
from sqlalchemy import NullPool, create_engine, text

from divisa.domain.errors import SchemaDrift, StoreUnavailable
from lake.contract.contract import Sink
from lake.contract.reading import contracts
from lake.engines import iceberg
from lake.engines.session import silver
from lake.loading.refreshing import gold
from lake.sinks.changes import IcebergChanges
from lake.sinks.postgres_warehouse import PostgresWarehouse
from lake.sinks.publishing import PUBLISHED, Publishing
from lake.sinks.relational import RelationalSink
from lake.sinks.settings import RelationalSettings
from lake.sinks.target import FILES, ByFile
from lake.storage.folder import FolderObjects
from local.processes import free_port
from tests.integration.lake.sinks.typed import content, typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyiceberg.table import Table as IcebergTable
    from sqlalchemy import URL, Engine

    from lake.engines.session import Table
    from lake.sinks.changes import Change
    from lake.sinks.target import Target

pytestmark = pytest.mark.integration

HR = ("hr_departments", "hr_hired_employees", "hr_jobs")
HR_GOLD = {"departments_above_mean", "hires_by_quarter"}


def batch_of(schema: pa.Schema, *rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema)


@dataclass
class Lake:
    """A lake in a folder, and the PostgreSQL that it is published to."""

    catalog: SqlCatalog
    objects: FolderObjects
    root: Path
    address: URL
    said: list[str] = field(default_factory=list)

    def table(self, of: Table) -> IcebergTable:
        return iceberg.prepare(self.catalog, of.zone, of, f"file://{self.root}/{of.zone}/{of.name}")

    def merge(self, dataset: str, *rows: dict[str, Any]) -> None:
        """Rows into silver, whose line they are being of no matter."""
        table = silver(contracts()[dataset])
        self.table(table).append(batch_of(table.schema, *({"_load": "a", "_line": 1} | row for row in rows)))

    def make(self, name: str, *rows: dict[str, Any]) -> None:
        """All rows of a gold table."""
        table = gold(name)
        made = self.table(table)
        if made.current_snapshot() is None:
            made.append(batch_of(table.schema, *rows))
        else:
            made.overwrite(batch_of(table.schema, *rows))

    def publishing(self, address: URL | None = None, *, run: str = "run") -> Publishing:
        settings = RelationalSettings(address or self.address)
        engine = create_engine(settings.relational_url, poolclass=NullPool)
        warehouse = ByFile(PostgresWarehouse(engine, LocalFileSystem()), self.objects, run, lambda prefix: 0)
        self.said.clear()
        targets: dict[Sink, Target] = {Sink.RELATIONAL: RelationalSink.of(settings), Sink.WAREHOUSE: warehouse}
        changes = IcebergChanges(self.catalog, {"silver": "silver", "gold": "gold"})
        return Publishing(self.objects, contracts(), changes, targets, self.said.append)


@pytest.fixture
def lake(tmp_path: Path, address: URL) -> Iterator[Lake]:
    catalog = SqlCatalog("lake", uri="sqlite://", warehouse=f"file://{tmp_path}")
    for zone in ("silver", "gold"):
        catalog.create_namespace(zone)
    yield Lake(catalog, FolderObjects(tmp_path / "objects"), tmp_path, address)
    catalog.close()


def jobs(engine: Engine) -> list[list[tuple[Any, ...]]]:
    """In both sinks."""
    return [content(engine, table, "id", "job") for table in ("hr_jobs", "warehouse.hr_jobs")]


def test_what_changed_is_loaded_into_every_sink_and_a_second_time_nothing_is(lake: Lake, engine: Engine) -> None:
    lake.merge("hr_jobs", {"id": 1, "job": "Cook"}, {"id": 2, "job": "Clerk"})
    hired = {"year": 2021, "department": "Supply", "job": "Cook", "q1": 2, "q2": 0, "q3": 0, "q4": 0}
    lake.make("hires_by_quarter", hired, hired | {"job": "Clerk"})
    lake.publishing()(HR)
    assert jobs(engine) == [[(1, "Cook"), (2, "Clerk")]] * 2
    assert sorted(lake.said) == [
        f"{sink}: {name}: 2 rows new, 0 changed, 0 as they were, 0 removed"
        for sink in ("relational", "warehouse")
        for name in ("hires_by_quarter", "hr_jobs")
    ]

    lake.publishing()(HR)
    assert lake.said == []

    lake.merge("hr_jobs", {"id": 3, "job": "Pilot"})
    lake.make("hires_by_quarter", hired | {"q2": 1})
    lake.publishing()(HR)
    assert jobs(engine) == [[(1, "Cook"), (2, "Clerk"), (3, "Pilot")]] * 2
    assert content(engine, "warehouse.hires_by_quarter", "job", "q1", "q2") == [("Cook", 2, 1)]
    assert lake.said[:2] == [
        "warehouse: hr_jobs: 1 rows new, 0 changed, 0 as they were, 0 removed",
        "warehouse: hires_by_quarter: 0 rows new, 1 changed, 0 as they were, 1 removed",
    ]
    assert list(lake.objects.listed(FILES)) == []


def test_a_sink_that_is_away_fails_who_has_to_load_and_the_next_one_makes_up_for_it(lake: Lake, engine: Engine) -> None:
    lake.merge("hr_jobs", {"id": 1, "job": "Cook"})
    away = lake.address.set(port=free_port())
    with pytest.raises(StoreUnavailable, match="^hr_jobs: the database did not answer"):
        lake.publishing(away)(HR)
    assert [line.partition(":")[0] for line in lake.said] == ["warehouse", "relational"], "asked once each"
    assert list(lake.objects.listed(PUBLISHED)) == []
    lake.publishing(away)(["energy_providers"])
    assert all("left behind" in line for line in lake.said)

    lake.publishing()(["energy_providers"])
    assert jobs(engine) == [[(1, "Cook")]] * 2


def test_where_no_sink_is_set_that_is_said(lake: Lake) -> None:
    lake.merge("hr_jobs", {"id": 1, "job": "Cook"})
    replace(lake.publishing(), targets={})(HR)
    assert lake.said == ["warehouse: none is set, nothing is loaded", "relational: none is set, nothing is loaded"]


def test_a_table_that_is_refused_fails_those_whose_it_is_and_keeps_nobody_else_waiting(
    lake: Lake, engine: Engine
) -> None:
    lake.merge("hr_jobs", {"id": 1, "job": "Cook"})
    lake.merge("hr_departments", {"id": 1, "department": "Supply"})
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE hr_departments (id bigint PRIMARY KEY, named text)"))
    with pytest.raises(SchemaDrift):
        lake.publishing()(HR)
    assert jobs(engine) == [[(1, "Cook")]] * 2
    lake.merge("energy_providers", {"provider_id": "P", "name": "Hidro", "energy_type": "hydro"})
    lake.publishing()(["energy_providers"])
    assert content(engine, "energy_providers", "name") == [("Hidro",)]
    assert any(line.startswith("relational: hr_departments is left behind: the table") for line in lake.said)


def test_who_was_overtaken_loads_once_more(lake: Lake, engine: Engine) -> None:
    lake.merge("hr_jobs", {"id": 1, "job": "Cook"})
    slow = lake.publishing()
    seen = []

    def overtaken(zone: str, name: str, since: str | None) -> Change | None:
        change = slow.changes(zone, name, since)
        seen.append(name)
        if seen == ["hr_jobs"]:
            lake.merge("hr_jobs", {"id": 2, "job": "Clerk"})
            lake.publishing(run="other")(["hr_jobs"])
        return change

    own = replace(slow, changes=overtaken, targets={Sink.RELATIONAL: slow.targets[Sink.RELATIONAL]})
    own(["hr_jobs"])
    assert seen[:2] == ["hr_jobs", "hr_jobs"]
    assert jobs(engine) == [[(1, "Cook"), (2, "Clerk")]] * 2


def test_rows_that_silver_has_no_more_go_as_well(lake: Lake, engine: Engine) -> None:
    lake.merge("hr_jobs", {"id": 1, "job": "Cook"}, {"id": 2, "job": "Clerk"})
    lake.publishing()(HR)
    lake.table(silver(contracts()["hr_jobs"])).delete("id = 1")
    lake.publishing()(HR)
    assert jobs(engine) == [[(2, "Clerk")]] * 2


def test_people_are_deleted_of_every_sink_and_what_silver_has_instead_comes_with_the_next_load(
    lake: Lake, engine: Engine
) -> None:
    contract = contracts()["fx_transactions"]
    trades = pa.Table.from_batches(typed(contract, 3)).select(list(contract.columns)).to_pylist()
    theirs, others = trades[0] | {"user_id": "ana"}, [each | {"user_id": "ben"} for each in trades[1:]]
    lake.merge("fx_transactions", theirs, *others)
    lake.publishing()(["fx_transactions"])

    publishing = lake.publishing()
    publishing.forget(contract, "user_id", {"ana": "erased-1"})
    for schema in ("public", "warehouse"):
        assert {user for (user,) in content(engine, f"{schema}.fx_transactions", "user_id")} == {"ben"}
    publishing.forget(contract, "user_id", {"ana": "erased-1"})  # after a crash
    lake.table(silver(contract)).delete("user_id = 'ana'")
    lake.merge("fx_transactions", theirs | {"user_id": "erased-1"})
    publishing([])
    for schema in ("public", "warehouse"):
        users = [user for (user,) in content(engine, f"{schema}.fx_transactions", "user_id")]
        assert users == ["ben", "ben", "erased-1"]


def test_files_that_a_killed_load_left_go_with_the_next_erasure(lake: Lake) -> None:
    lake.objects.put(f"{FILES}run/hr_jobs.parquet", b"rows")
    forgotten: list[str] = []

    def forget(prefix: str) -> int:
        forgotten.append(prefix)
        return 0

    lake.publishing().forget_files(forget)
    assert list(lake.objects.listed(FILES)) == []
    assert forgotten == [FILES]
