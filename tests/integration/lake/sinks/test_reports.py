"""Reports of rows that are few enough to be counted by hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from sqlalchemy import NullPool, create_engine

from divisa.domain.errors import StoreRefused
from lake.contract.reading import contracts
from lake.sinks import warehouse_sql
from lake.sinks.reporting import Report, report
from lake.sinks.table import SinkTable

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from lake.sinks.relational import RelationalSink

pytestmark = pytest.mark.integration

PROVIDERS: list[dict[str, Any]] = [
    {"provider_id": "P-1", "name": "Hidro", "energy_type": "hydro", "country": "CO"},
    {"provider_id": "P-2", "name": "Viento", "energy_type": "wind", "country": None},
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def loaded(sink: RelationalSink, dataset: str, rows: list[dict[str, Any]]) -> None:
    table = SinkTable.of_contract(contracts()[dataset])
    assert sink.load(table, [pa.RecordBatch.from_pylist(rows, table.schema)]).inserted == len(rows)


def hired(sink: RelationalSink, departments: list[str], jobs: list[str], *hires: tuple[str, int, int]) -> None:
    """Hires by time, department and job."""
    loaded(sink, "hr_departments", [{"id": key, "department": name} for key, name in enumerate(departments, 1)])
    loaded(sink, "hr_jobs", [{"id": key, "job": name} for key, name in enumerate(jobs, 1)])
    people = [
        {"id": key, "name": "Ana", "hired_at": at(time), "department_id": department, "job_id": job}
        for key, (time, department, job) in enumerate(hires, 1)
    ]
    loaded(sink, "hr_hired_employees", people)


def traded(*rows: tuple[str, str, str | None, str, str, str]) -> list[dict[str, Any]]:
    """Transactions by time, kind, provider, type, quantity and price."""
    return [
        {
            "transaction_id": f"T-{number}",
            "event_time": at(time),
            "kind": kind,
            "provider_id": provider,
            "customer_id": "C-1" if kind == "sale" else None,
            "energy_type": energy_type,
            "quantity": Decimal(quantity),
            "price": Decimal(price),
        }
        for number, (time, kind, provider, energy_type, quantity, price) in enumerate(rows)
    ]


def asked(engine: Engine, which: Report, year: int = 2021) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row.values()) for row in report(connection, which, year)]


def test_hires_are_counted_by_department_job_and_quarter_of_one_year(sink: RelationalSink, engine: Engine) -> None:
    hired(
        *(sink, ["Supply", "Maintenance"], ["Cook", "Clerk"]),
        *(("2021-01-01T00:00:00", 1, 1), ("2021-03-31T23:59:59.999999", 1, 1), ("2021-04-01T00:00:00", 1, 1)),
        *(("2021-12-31T23:59:59.999999", 2, 2), ("2021-07-01T00:00:00", 1, 2)),
        *(("2020-12-31T23:59:59.999999", 1, 1), ("2022-01-01T00:00:00", 2, 1)),
        *(("2021-05-05T00:00:00", 9, 1), ("2021-05-05T00:00:00", 1, 9)),
    )
    assert asked(engine, Report.HIRES_BY_QUARTER) == [
        ("Maintenance", "Clerk", 0, 0, 0, 1),
        ("Supply", "Clerk", 0, 0, 1, 0),
        ("Supply", "Cook", 2, 1, 0, 0),
    ]


def test_departments_are_compared_with_the_mean_of_all_also_of_those_that_hired_nobody(
    sink: RelationalSink, engine: Engine
) -> None:
    times = {1: 4, 2: 3, 3: 2}  # and none for the fourth: the mean is 9 / 4, over three it would be 3
    hires = [(f"2021-0{number + 1}-01T00:00:00", key, 1) for key, many in times.items() for number in range(many)]
    before = [("2020-06-01T00:00:00", 4, 1)] * 9
    hired(sink, ["Supply", "Maintenance", "Staff", "Nobody"], ["Cook"], *hires, *before)
    assert asked(engine, Report.DEPARTMENTS_ABOVE_MEAN) == [(1, "Supply", 4), (2, "Maintenance", 3)]


def test_a_department_that_hired_as_many_as_the_mean_is_not_above_it(sink: RelationalSink, engine: Engine) -> None:
    hired(sink, ["Supply", "Staff"], ["Cook"], ("2021-01-01T00:00:00", 1, 1), ("2021-02-01T00:00:00", 2, 1))
    assert asked(engine, Report.DEPARTMENTS_ABOVE_MEAN) == []


def test_energy_earns_what_its_type_was_sold_at_in_its_month_less_what_it_cost(
    sink: RelationalSink, engine: Engine
) -> None:
    loaded(sink, "energy_providers", PROVIDERS)
    rows = traded(
        ("2021-01-05T00:00:00", "purchase", "P-1", "hydro", "100.000", "0.0500"),  # 5.00
        ("2021-02-05T00:00:00", "purchase", "P-1", "hydro", "10.000", "0.0600"),  # 0.60, and no sale in February
        ("2021-01-09T00:00:00", "purchase", "P-2", "hydro", "40.000", "0.1200"),  # 4.80
        ("2021-01-09T00:00:00", "purchase", "P-9", "wind", "7.000", "1.0000"),  # in no register, and never sold
        ("2021-01-10T00:00:00", "sale", None, "hydro", "30.000", "0.0800"),
        ("2021-01-31T23:59:59", "sale", "P-1", "hydro", "10.000", "0.1200"),  # hydro in January: 3.60 / 40 = 0.09
        ("2020-01-10T00:00:00", "sale", None, "hydro", "30.000", "9.0000"),
    )
    loaded(sink, "energy_transactions", rows)
    assert [tuple(map(str, row)) for row in asked(engine, Report.ENERGY_MARGIN)] == [
        ("P-1", "Hidro", "110.000", "10.000", "5.60", "4.00"),  # 100 * 0.09 - 5.00
        ("P-9", "None", "7.000", "7.000", "7.00", "0.00"),
        ("P-2", "Viento", "40.000", "0", "4.80", "-1.20"),  # 40 * 0.09 - 4.80
    ]


@pytest.mark.parametrize("which", Report)
def test_a_report_of_tables_that_were_never_loaded_is_refused(which: Report, engine: Engine) -> None:
    with pytest.raises(StoreRefused, match=f"^{which}: the database refused"):
        asked(engine, which)


@pytest.mark.parametrize("which", Report)
def test_a_report_can_be_asked_of_the_laptops_warehouse_as_well(which: Report, engine: Engine) -> None:
    with engine.begin() as connection:
        for dataset in contracts():
            for statement in warehouse_sql.creating(SinkTable.of_contract(contracts()[dataset])):
                connection.exec_driver_sql(statement)
    options = {"options": f"-csearch_path={warehouse_sql.SCHEMA}"}
    assert asked(create_engine(engine.url, poolclass=NullPool, connect_args=options), which) == []
