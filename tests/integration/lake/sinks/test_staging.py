from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from sqlalchemy import select

from lake.contract.reading import contracts
from lake.sinks.definition import staging
from lake.sinks.staging import copied, inserted
from lake.sinks.table import SinkTable
from tests.integration.lake.sinks.typed import typed

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("load", [copied, inserted])
@pytest.mark.parametrize("name", ["energy_transactions", "fx_outcomes", "fx_suggestions"])
def test_rows_are_the_same_whether_they_are_copied_or_inserted(load: Any, name: str, engine: Engine) -> None:
    table, told = SinkTable.of_contract(contracts()[name]), list[int]()
    batches = list(table.fitted(typed(contracts()[name], 1_200)))
    with engine.connect() as connection:
        staged = staging(table)
        staged.create(connection)
        assert load(connection, staged, [*batches, batches[0].slice(0, 0)], told.append) == 1_200
        there = [dict(row) for row in connection.execute(select(staged)).mappings()]
    assert sorted(there, key=repr) == sorted(pa.Table.from_batches(batches).to_pylist(), key=repr)
    assert told[:2] == [1_000, 1_200]
