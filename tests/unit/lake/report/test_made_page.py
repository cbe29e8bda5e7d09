"""The page of gold tables as the lake makes them, out of rows that the contracts make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from lake.contract.examples import rows
from lake.contract.reading import contracts
from lake.ingestion.checking import Checker
from lake.ingestion.conversion import FILE, LINE
from lake.report.page import page
from lake.report.words import Language
from lake.transformations.catalogue import transformations
from lake.transformations.on_duckdb import run_duckdb
from tests.unit.lake.report.tables import NOW, MadeTables, account

if TYPE_CHECKING:
    from lake.contract.contract import Contract

pytestmark = pytest.mark.slow
COUNT = 120


class LakeTables:
    """Gold tables made by DuckDB of made rows; every dataset has had a file."""

    def gold(self, name: str, *columns: str) -> pa.Table:
        return gold()[name].select(list(columns))

    def accounts(self) -> pa.Table:
        return MadeTables({"accounts": [account(name, timedelta(minutes=5)) for name in contracts()]}).accounts()


def silver(contract: Contract) -> pa.Table:
    made = zip(*rows(contract, COUNT), strict=True)
    raw = pa.table({name: pa.array(column) for name, column in zip(contract.columns, made, strict=True)})
    typed = Checker(contract, tuple(contract.columns), received_at=datetime.now(UTC)).check(raw).rows
    return typed.append_column(FILE, pa.array(["ab12"] * COUNT)).append_column(LINE, pa.array(range(COUNT), pa.int64()))


@cache
def gold() -> dict[str, pa.Table]:
    tables = {name: silver(contract) for name, contract in contracts().items()}
    for name in transformations():
        tables[name] = run_duckdb(name, tables)
    return tables


@pytest.mark.parametrize("language", Language)
def test_the_tables_of_the_lake_have_what_the_page_wants(language: Language) -> None:
    html = page(LakeTables(), contracts(), at=NOW, language=language)
    assert html.count("<svg") >= 8
    assert "Kettle" in html
    assert {
        Language.ES: "Los 14 conjuntos de datos están tan al día como prometen",
        Language.EN: "All 14 datasets are as fresh as they promise",
    }[language] in html
