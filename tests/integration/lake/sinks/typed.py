"""Typed rows for tests: of a contract, as a file of it would give them, or as columns of Arrow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from sqlalchemy import literal_column, select, text

from lake.contract.examples import rows
from lake.contract.reading import contracts
from lake.ingestion.checking import Checker
from lake.sinks.table import SinkTable

if TYPE_CHECKING:
    from sqlalchemy import Engine, Select

    from lake.contract.contract import Contract

RECEIVED: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""Later than all rows."""
JOBS = SinkTable.of_contract(contracts()["hr_jobs"])


def jobs(*rows: tuple[int, str]) -> list[pa.RecordBatch]:
    """One batch of jobs by their number."""
    return [pa.RecordBatch.from_pylist([{"id": key, "job": job} for key, job in rows], JOBS.schema)]


def typed(contract: Contract, count: int, seed: int = 0) -> list[pa.RecordBatch]:
    """Made rows in batches of 1,000, with the column that says of whence they are."""
    texts = zip(*rows(contract, count, seed), strict=True)
    raw = pa.table({name: pa.array(column) for name, column in zip(contract.columns, texts, strict=True)})
    checked = Checker(contract, tuple(contract.columns), received_at=RECEIVED).check(raw).rows
    assert len(checked) == count
    lines = pa.array(range(count), pa.int64())
    return list(checked.append_column("_line", lines).to_batches(max_chunksize=1_000))


def changed(batches: list[pa.RecordBatch], index: int, column: str, value: Any) -> list[pa.RecordBatch]:
    """The same rows but for one value."""
    table = pa.Table.from_batches(batches)
    place = table.schema.get_field_index(column)
    values = table[column].to_pylist()
    values[index] = value
    return list(table.set_column(place, table.schema.field(place), pa.array(values, table[column].type)).to_batches())


def content(engine: Engine, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a table, its rows in their order."""
    with engine.connect() as connection:
        asked: Select[*tuple[Any, ...]] = select(*map(literal_column, columns)).select_from(text(table))
        return [tuple(row) for row in connection.execute(asked.order_by(*map(text, columns)))]
