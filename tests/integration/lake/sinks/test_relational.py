from __future__ import annotations

import threading
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from sqlalchemy import text

from lake.contract.contract import Sink
from lake.contract.reading import contracts
from lake.sinks.loaded import Loaded
from lake.sinks.relational import RelationalSink
from lake.sinks.settings import RelationalSettings
from lake.sinks.table import SinkTable, sinks_of
from tests.integration.lake.sinks.typed import JOBS, changed, content, jobs, typed

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

pytestmark = pytest.mark.integration

OUTCOMES = SinkTable.of_contract(contracts()["fx_outcomes"])


@pytest.mark.parametrize("name", sinks_of(contracts())[Sink.RELATIONAL])
def test_every_dataset_that_is_loaded_comes_back_as_it_went_in(name: str, sink: RelationalSink, engine: Engine) -> None:
    contract = contracts()[name]
    table = SinkTable.of_contract(contract)
    batches = typed(contract, 300)
    assert sink.load(table, batches) == Loaded(inserted=300, updated=0, unchanged=0)
    sent = [tuple(row.values()) for row in pa.Table.from_batches(batches).select(table.names).to_pylist()]
    assert sorted(content(engine, name, *table.names), key=repr) == sorted(sent, key=repr)
    assert sink.load(table, typed(contract, 300)) == Loaded(inserted=0, updated=0, unchanged=300)


def test_a_load_says_what_is_new_what_changed_and_what_did_not(sink: RelationalSink, engine: Engine) -> None:
    sink.load(JOBS, jobs((1, "Recruiter"), (2, "Cook"), (3, "Clerk")))
    assert sink.load(JOBS, jobs((2, "Chef"), (3, "Clerk"), (4, "Pilot"))) == Loaded(inserted=1, updated=1, unchanged=1)
    assert content(engine, "hr_jobs", "id", "job") == [(1, "Recruiter"), (2, "Chef"), (3, "Clerk"), (4, "Pilot")]


def test_a_value_that_came_or_went_is_a_change(sink: RelationalSink, engine: Engine) -> None:
    batches = typed(contracts()["fx_outcomes"], 3)
    sink.load(OUTCOMES, changed(batches, 0, "response", None))
    assert sink.load(OUTCOMES, changed(batches, 0, "response", "accepted")).updated == 1
    assert sink.load(OUTCOMES, changed(batches, 0, "response", None)).updated == 1
    assert content(engine, "fx_outcomes WHERE response IS NULL", "COUNT(*)")[0][0] >= 1


def test_an_older_row_does_not_take_the_place_of_a_newer_one(sink: RelationalSink, engine: Engine) -> None:
    newer = typed(contracts()["fx_outcomes"], 1)
    known_until = newer[0]["known_until"][0].as_py()
    older = changed(changed(newer, 0, "known_until", known_until - timedelta(hours=1)), 0, "response", "older")
    sink.load(OUTCOMES, newer)
    assert sink.load(OUTCOMES, older) == Loaded(inserted=0, updated=0, unchanged=1)
    assert content(engine, "fx_outcomes", "known_until") == [(known_until,)]


def test_texts_arrive_as_they_are(sink: RelationalSink, engine: Engine) -> None:
    texts = [
        "",
        '"',
        ",",
        "a\nb",
        "a\r\nb",
        "\\.",
        "a\n\\.\nb",
        "\\N",
        "NULL",
        "Peña ✓ 😀",
        "'; DROP TABLE hr_jobs; --",
        "%s :x",
    ]
    sink.load(JOBS, jobs(*enumerate(texts)))
    assert content(engine, "hr_jobs", "id", "job") == list(enumerate(texts))


def test_numbers_and_times_arrive_to_their_last_digit(sink: RelationalSink, engine: Engine) -> None:
    columns: dict[str, Any] = {"id": pa.int64(), "price": pa.decimal128(36, 18), "share": pa.float64()}
    schema = pa.schema(columns | {"at": pa.timestamp("us"), "told": pa.bool_()})
    table = SinkTable.of_schema("exact", "values", ("id",), schema)
    rows = [
        (1, Decimal("123456789012345678.000000000000000001"), 0.1 + 0.2, datetime(1, 1, 1), True),  # noqa: DTZ001
        (-(2**63), Decimal("-0.000000000000000001"), 5e-324, datetime(9999, 12, 31, 23, 59, 59, 999999), False),  # noqa: DTZ001
    ]
    batch = pa.RecordBatch.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)
    sink.load(table, [batch])
    assert content(engine, "exact", *schema.names) == sorted(rows)


def test_a_load_without_rows_makes_the_table(sink: RelationalSink, engine: Engine) -> None:
    assert sink.load(JOBS, []) == Loaded(0, 0, 0)
    assert content(engine, "hr_jobs", "id") == []


def test_it_tells_how_many_rows_were_sent(sink: RelationalSink) -> None:
    told: list[int] = []
    sink.load(OUTCOMES, typed(contracts()["fx_outcomes"], 2_500), told.append)
    assert told == [1_000, 2_000, 2_500]


def test_a_replaced_table_holds_what_it_was_given_and_nothing_else(sink: RelationalSink, engine: Engine) -> None:
    sink.load(JOBS, jobs((1, "Recruiter"), (2, "Cook"), (3, "Clerk")))
    assert sink.replace(JOBS, jobs((2, "Chef"), (3, "Clerk"))) == Loaded(inserted=0, updated=1, unchanged=1, removed=1)
    assert content(engine, "hr_jobs", "id", "job") == [(2, "Chef"), (3, "Clerk")]


def test_nobody_reads_a_table_that_is_half_replaced(sink: RelationalSink, engine: Engine) -> None:
    sink.replace(JOBS, jobs(*((number, "before") for number in range(200))))
    seen: set[tuple[int, int]] = set()
    done, reading = threading.Event(), threading.Event()

    def read() -> None:
        with engine.connect() as connection:
            while not done.is_set():
                counted = connection.execute(text("SELECT COUNT(*), COUNT(DISTINCT job) FROM hr_jobs")).one()
                seen.add((counted[0], counted[1]))
                connection.rollback()
                reading.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert reading.wait(10)
        for round_ in range(10):
            sink.replace(JOBS, jobs(*((number, f"{round_}") for number in range(200))))
    finally:
        done.set()
        reader.join()
    assert seen == {(200, 1)}


def test_two_loads_of_one_table_at_once_count_each_row_once(address: URL) -> None:
    sink = RelationalSink.of(RelationalSettings(address))
    sink.load(JOBS, [])
    accounts: list[Loaded] = []
    loaders = [
        threading.Thread(target=lambda: accounts.append(sink.load(JOBS, jobs(*((n, "Cook") for n in range(500))))))
        for _ in range(3)
    ]
    for loader in loaders:
        loader.start()
    for loader in loaders:
        loader.join()
    assert sorted(account.inserted for account in accounts) == [0, 0, 500]
    assert sorted(account.unchanged for account in accounts) == [0, 500, 500]


def test_an_erased_person_is_removed_and_nobody_else(sink: RelationalSink, engine: Engine) -> None:
    batches = typed(contracts()["fx_outcomes"], 5)
    others = changed(changed(batches, 0, "user_id", "u-2"), 3, "user_id", "u-2")
    sink.load(OUTCOMES, others)
    before = content(engine, "fx_outcomes", "user_id")
    assert sink.delete_where(OUTCOMES, "user_id", "u-2") == 2
    assert content(engine, "fx_outcomes", "user_id") == [row for row in before if row != ("u-2",)]
    assert sink.delete_where(OUTCOMES, "user_id", "u-2") == 0


def test_of_what_was_never_loaded_nothing_is_removed(sink: RelationalSink) -> None:
    assert sink.delete_where(OUTCOMES, "user_id", "u-2") == 0


def test_rows_are_removed_only_by_what_tells_a_person(sink: RelationalSink) -> None:
    with pytest.raises(ValueError, match="^nobody is told by side of fx_outcomes"):
        sink.delete_where(OUTCOMES, "side", "BUY")
