from __future__ import annotations

import re
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateTable

from lake.contract.examples import rows
from lake.contract.reading import contracts
from lake.ingestion.checking import Checker
from lake.sinks.definition import defined
from lake.sinks.gold import KEYS, gold_table, keyed
from lake.transformations.catalogue import transformations
from lake.transformations.on_duckdb import run_duckdb

THE_MODELS = {"point_in_time", "training_prices", "training_transactions"}


@pytest.fixture(scope="module")
def made() -> dict[str, pa.Table]:
    """Silver and gold of made rows."""
    tables = {}
    for name, contract in contracts().items():
        texts = zip(*rows(contract, 60), strict=True)
        raw = pa.table({column: pa.array(each) for column, each in zip(contract.columns, texts, strict=True)})
        tables[name] = Checker(contract, tuple(contract.columns), received_at=datetime(2100, 1, 1, tzinfo=UTC)).check(
            raw
        )
    out = {name: checked.rows for name, checked in tables.items()}
    for name in transformations():
        out[name] = run_duckdb(name, out)
    return out


def test_every_gold_table_is_loaded_but_those_of_the_model() -> None:
    assert {*KEYS} | THE_MODELS == {*transformations()}
    assert not THE_MODELS & {*KEYS}


@pytest.mark.slow
@pytest.mark.parametrize("name", KEYS)
def test_its_key_tells_the_rows_of_a_gold_table_apart(name: str, made: dict[str, pa.Table]) -> None:
    table = gold_table(name)
    there = pa.Table.from_batches(keyed(table, made[name].to_batches()), made[name].schema)
    assert there.num_rows == made[name].num_rows
    assert there.group_by(list(table.key)).aggregate([]).num_rows == there.num_rows
    assert all(there.column(each).null_count == 0 for each in table.key)


@pytest.mark.parametrize("name", KEYS)
def test_mysql_has_room_for_the_key_of_a_gold_table(name: str) -> None:
    made = str(CreateTable(defined(gold_table(name))).compile(dialect=mysql.dialect()))
    texts = [int(length) for length in re.findall(r"VARCHAR\(([0-9]+)\)", made)]
    assert 4 * sum(texts) + 8 * (len(KEYS[name]) - len(texts)) <= 3072, "bytes of an index"


@pytest.mark.slow
def test_what_is_missing_in_a_key_is_an_empty_text_and_elsewhere_stays_missing(made: dict[str, pa.Table]) -> None:
    table = gold_table("decision_days")
    some = made["decision_days"].slice(0, 1).to_pylist()[0] | {"suppressed": None, "users": None}
    [batch] = keyed(table, [pa.RecordBatch.from_pylist([some], table.schema)])
    assert batch.to_pylist() == [some | {"suppressed": ""}]
