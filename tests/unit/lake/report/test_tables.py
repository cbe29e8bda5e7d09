"""The page's tables as the lake keeps them: Iceberg tables of a catalog, and accounts among the lake's objects."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from lake.contract.reading import contracts
from lake.engines import iceberg
from lake.engines.session import Table
from lake.loading import accounting
from lake.report.page import page
from lake.report.tables import IcebergTables
from lake.storage.folder import FolderObjects
from tests.unit.lake.report.tables import NOW, account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRADES = pa.table({"user_id": ["a", "b"], "pair": ["USD/MXN"] * 2, "trades": [3, 4]})


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[IcebergTables]:
    catalog = SqlCatalog("lake", uri="sqlite://", warehouse=str(tmp_path / "warehouse"))
    catalog.create_namespace("gold")
    made = iceberg.prepare(catalog, "gold", Table("gold", "user_days", TRADES.schema), str(tmp_path / "user_days"))
    made.append(TRADES)
    yield IcebergTables(catalog, "gold", FolderObjects(tmp_path / "lake"))
    catalog.close()


def test_a_table_has_the_columns_that_are_asked_for_in_that_order(tables: IcebergTables) -> None:
    found = tables.gold("user_days", "trades", "user_id")
    assert found.to_pydict() == {"trades": [3, 4], "user_id": ["a", "b"]}


def test_a_table_that_was_not_made_yet_has_its_columns_and_no_rows(tables: IcebergTables) -> None:
    found = tables.gold("lift", "segment", "low")
    assert (found.column_names, len(found)) == (["segment", "low"], 0)


def test_the_accounts_are_those_of_all_datasets(tables: IcebergTables, tmp_path: Path) -> None:
    assert tables.accounts().schema == accounting.SCHEMA
    for dataset in ("fx_prices", "hr_jobs"):
        rows = pa.Table.from_pylist([account(dataset, timedelta(hours=1))], accounting.SCHEMA)
        folder = tmp_path / "lake" / "accounts" / f"dataset={dataset}"
        folder.mkdir(parents=True)
        pq.write_table(rows, folder / "accounts.parquet")
    assert tables.accounts()["dataset"].to_pylist() == ["fx_prices", "hr_jobs"]


def test_a_lake_in_which_nothing_is_has_a_page(tmp_path: Path) -> None:
    catalog = SqlCatalog("lake", uri="sqlite://", warehouse=str(tmp_path))
    catalog.create_namespace("gold")
    html = page(IcebergTables(catalog, "gold", FolderObjects(tmp_path / "lake")), contracts(), at=NOW)
    assert "Todavía no hay precios." in html
    catalog.close()
