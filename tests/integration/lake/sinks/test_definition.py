from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from sqlalchemy import inspect, text

from divisa.domain.errors import SchemaDrift
from lake.contract.reading import contracts
from lake.sinks.table import SinkTable
from tests.integration.lake.sinks.typed import JOBS, content, jobs

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from lake.sinks.relational import RelationalSink

pytestmark = pytest.mark.integration

TOTALS = SinkTable.of_schema(
    "totals", "sold in a month", ("month",), pa.schema({"month": pa.date32(), "n": pa.int64()})
)
OUTCOMES = SinkTable.of_contract(contracts()["fx_outcomes"])


def test_a_table_is_described_in_the_words_of_its_contract(sink: RelationalSink, engine: Engine) -> None:
    sink.load(OUTCOMES, [])
    inspector = inspect(engine)
    columns = {column["name"]: column for column in inspector.get_columns("fx_outcomes")}
    assert inspector.get_table_comment("fx_outcomes")["text"] == "what became of a suggestion"
    assert columns["traded_quantity"]["comment"] == "how much was traded then (base currency)"
    assert not columns["known_until"]["nullable"]
    assert columns["opened_at"]["nullable"]
    assert inspector.get_pk_constraint("fx_outcomes")["constrained_columns"] == ["suggestion_id"]


def test_a_new_column_that_may_be_empty_is_added(sink: RelationalSink, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE totals (month DATE PRIMARY KEY)"))
        connection.execute(text("INSERT INTO totals VALUES ('2024-01-01')"))
    sink.load(TOTALS, [pa.RecordBatch.from_pylist([{"month": date(2024, 2, 1), "n": 7}], TOTALS.schema)])
    assert [row[0] for row in content(engine, "totals", "n")] == [7, None]


def test_a_table_with_other_columns_is_refused_by_their_names(sink: RelationalSink, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE hr_jobs (id TEXT PRIMARY KEY, title TEXT)"))
    with pytest.raises(SchemaDrift) as told:
        sink.load(JOBS, jobs((1, "Cook")))
    assert told.value.differences == (
        "id is TEXT there, and BIGINT in the contract",
        "job is not there, and may not be empty",
        "title is in no contract",
    )
    assert content(engine, "hr_jobs", "title") == []


def test_a_table_with_another_key_is_refused(sink: RelationalSink, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE hr_jobs (id BIGINT NOT NULL, job TEXT NOT NULL)"))
    with pytest.raises(SchemaDrift, match="its key is missing there, and id in the contract"):
        sink.load(JOBS, jobs((1, "Cook")))
