from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from divisa.domain.errors import InvalidInput
from lake.contract.contract import Sink
from lake.contract.reading import contracts
from lake.sinks.table import SinkTable, sinks_of


def test_the_warehouse_and_the_relational_database_have_the_trader_the_people_and_the_suggestions() -> None:
    loaded = (
        *("energy_customers", "energy_providers", "energy_transactions"),
        *("fx_outcomes", "fx_suggestions", "fx_transactions"),
        *("hr_departments", "hr_hired_employees", "hr_jobs"),
    )
    assert sinks_of(contracts()) == {Sink.WAREHOUSE: loaded, Sink.RELATIONAL: loaded}


def test_a_table_of_a_contract_has_its_columns_and_its_key() -> None:
    table = SinkTable.of_contract(contracts()["fx_outcomes"])
    assert table.names == tuple(contracts()["fx_outcomes"].columns)
    assert (table.key, table.order, table.event_time) == (("suggestion_id",), "known_until", "begun_at")
    side, quantity = (table.columns[table.names.index(name)] for name in ("side", "traded_quantity"))
    assert (side.longest, side.nullable) == (len("SELL"), False)
    assert (quantity.about, quantity.nullable) == ("how much was traded then (base currency)", True)


@pytest.mark.parametrize(
    ("dataset", "column"),
    [("hr_hired_employees", "name"), ("hr_hired_employees", "id"), ("energy_transactions", "customer_id")],
)
def test_a_person_is_found_by_a_pseudonym_and_by_a_name(dataset: str, column: str) -> None:
    assert SinkTable.of_contract(contracts()[dataset]).personal(column).name == column


@pytest.mark.parametrize("column", ["hired_at", "job_id", "no_such"])
def test_a_person_is_not_found_by_what_many_share(column: str) -> None:
    with pytest.raises(ValueError, match=f"^nobody is told by {column} of hr_hired_employees"):
        SinkTable.of_contract(contracts()["hr_hired_employees"]).personal(column)


def test_a_gold_table_is_known_by_its_schema_and_only_its_key_is_never_missing() -> None:
    columns: dict[str, Any] = {"month": pa.date32(), "n": pa.int32(), "sum": pa.decimal128(20, 2)}
    table = SinkTable.of_schema("totals", "a month", ("month",), pa.schema(columns))
    assert [(each.name, str(each.type), each.nullable) for each in table.columns] == [
        ("month", "date", False),
        ("n", "integer", True),
        ("sum", "decimal(20,2)", True),
    ]


@pytest.mark.parametrize("key", [(), ("no_such",)])
def test_a_gold_table_has_a_key_among_its_columns(key: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="is no key of totals"):
        SinkTable.of_schema("totals", "a month", key, pa.schema({"month": pa.date32()}))


def test_a_gold_table_has_types_of_the_lake() -> None:
    with pytest.raises(ValueError, match="^tags is of type list"):
        SinkTable.of_schema("totals", "a month", ("tags",), pa.schema({"tags": pa.list_(pa.string())}))


def test_rows_are_fitted_to_the_columns_of_their_table_and_what_tells_their_file_is_left_out() -> None:
    table = SinkTable.of_contract(contracts()["hr_jobs"])
    batch = pa.RecordBatch.from_pydict({"_line": [7], "job": ["Cook"], "id": pa.array([1], pa.int32())})
    assert [each.to_pylist() for each in table.fitted([batch])] == [[{"id": 1, "job": "Cook"}]]


def test_rows_that_do_not_fit_are_refused_without_their_values() -> None:
    table = SinkTable.of_contract(contracts()["hr_jobs"])
    with pytest.raises(InvalidInput, match="^rows of hr_jobs are of other types than its columns$") as told:
        list(table.fitted([pa.RecordBatch.from_pydict({"id": ["Ana"], "job": ["Cook"]})]))
    assert told.value.__cause__ is None
