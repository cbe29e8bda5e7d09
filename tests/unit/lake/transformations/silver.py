"""Silver tables for tests: a few rows that say only what matters, or many that are made from the contracts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.contract.examples import rows
from lake.contract.reading import contracts
from lake.engines.session import silver as silver_table
from lake.ingestion.checking import Checker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MADE: Final = 400
RECEIVED: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""Later than all rows."""
_SPREAD: Final[dict[str, Sequence[str]]] = {
    "user_id": [f"u-{number}" for number in range(9)],
    "fx_outcomes.user_id": [f"u-{number}" for number in range(90)],
    "pair": ["USD/MXN", "USD/BRL", "EUR/MXN"],
    "device_id": ["d-1", "d-2", "d-3"],
    "latitude": ["4.711000", "4.719999", "-4.710000", "0.000000"],
    "longitude": ["-74.072100", "-74.079900", "74.001000"],
    "provider_id": ["P-001", "P-002", "P-999"],
    "customer_id": ["C-104", "C-105", "C-110", "C-999"],
    "kind": ["purchase", "sale"],
    "department_id": ["1", "2", "3", "999"],
    "job_id": ["2", "3", "4", "999"],
    "product_id": ["SKU-88", "SKU-89", "SKU-90"],
    "product": ["Kettle", "Teapot"],
    "cause": ["broken", "stale"],
    "suppressed": ["", "cooldown"],
}
"""Values of columns which the examples leave as they are: of one dataset, or of all."""
_STRETCH: Final = {"hr_hired_employees": 3000, "device_positions": 7}
"""How many times as far apart rows are as the examples have them, so that there are several days, or quarters."""


def silver(dataset: str, *given: Mapping[str, str]) -> pa.Table:
    """Rows of a dataset as its contract reads them; what is not given is empty or, if it must not, the example."""
    contract = contracts()[dataset]
    texts = {
        name: [row.get(name, "" if column.nullable else column.example) for row in given]
        for name, column in contract.columns.items()
    }
    checked = Checker(contract, tuple(texts), received_at=RECEIVED).check(
        pa.table({name: pa.array(each) for name, each in texts.items()})
    )
    assert not checked.refused
    return _located(dataset, checked.rows)


def made(dataset: str, count: int = MADE, seed: int = 0) -> pa.Table:
    """Many rows of a dataset out of its contract, over several days and with several of everything."""
    contract, random = contracts()[dataset], np.random.default_rng(seed)
    columns = dict(zip(contract.columns, zip(*rows(contract, count, seed), strict=True), strict=True))
    for name in columns:
        values = _SPREAD.get(f"{dataset}.{name}", _SPREAD.get(name, ()))
        if len(values) and (name not in contract.key or len(contract.key) > 1):
            columns[name] = tuple(random.choice(values, count).tolist())
    table = silver(dataset, *(dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)))
    if contract.event_time is None:
        return table
    return _stretched(table, utc(contract.columns[contract.event_time].example), _STRETCH.get(dataset, 37))


def utc(text: str) -> datetime:
    """A moment as the lake has it: in UTC, without a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


def rows_of(table: pa.Table) -> list[tuple[Any, ...]]:
    """The rows in an order that depends on nothing but them."""
    return sorted(zip(*(column.to_pylist() for column in table.columns), strict=True), key=repr)


def types_of(schema: pa.Schema) -> list[tuple[str, pa.DataType]]:
    """Names and types of columns; engines have their own ideas of which can be null."""
    return [(field.name, field.type) for field in schema]


def _located(dataset: str, table: pa.Table) -> pa.Table:
    schema = silver_table(contracts()[dataset]).schema
    count = len(table)
    return pa.table([*table.columns, pa.array(["0" * 64] * count, pa.string()), pa.array(range(2, count + 2))], schema)


def _stretched(table: pa.Table, begin: datetime, times: int) -> pa.Table:
    for place, field in enumerate(table.schema):
        if field.type == pa.timestamp("us"):
            since = pc.subtract(table[place], begin).cast(pa.int64())
            later = pc.multiply(since, times).cast(pa.duration("us"))
            table = table.set_column(place, field, pc.add(later, begin).cast(field.type))
    return table
