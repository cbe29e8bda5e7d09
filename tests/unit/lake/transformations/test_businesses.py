from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lake.transformations.on_duckdb import run_duckdb
from tests.unit.lake.transformations.silver import rows_of, silver, utc

MAY, JUNE = "2024-05-31T23:59:59Z", "2024-06-01T00:00:00Z"


def energy(*transactions: dict[str, str]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The margins by party, member and type of energy."""
    customers = [
        {"customer_id": "C-1", "customer_type": "residential"},
        {"customer_id": "C-2", "customer_type": "industrial"},
    ]
    tables = {
        "energy_transactions": silver(
            "energy_transactions",
            *({"transaction_id": f"T-{number}", **row} for number, row in enumerate(transactions)),
        ),
        "energy_providers": silver("energy_providers", {"provider_id": "P-1", "name": "Hidro"}),
        "energy_customers": silver("energy_customers", *customers),
    }
    rows = run_duckdb("energy_margins", tables).to_pylist()
    return {(row["party"], row["member"], row["energy_type"]): row for row in rows}


def bought(provider: str, quantity: str, price: str, kind: str = "hydro") -> dict[str, str]:
    return {"kind": "purchase", "provider_id": provider, "quantity": quantity, "price": price, "energy_type": kind}


def sold(customer: str, quantity: str, price: str, kind: str = "hydro") -> dict[str, str]:
    return {"kind": "sale", "customer_id": customer, "quantity": quantity, "price": price, "energy_type": kind}


def test_what_was_sold_costs_the_weighted_average_of_what_was_bought() -> None:
    # 100 kWh at 0.05 and 200 at 0.08 are 21 dollars: 0.07 a kWh. 60 at 0.10 and 20 at 0.06 bring 7.20: 0.09 a kWh.
    found = energy(
        bought("P-1", "100", "0.05"), bought("P-2", "200", "0.08"), sold("C-1", "60", "0.10"), sold("C-2", "20", "0.06")
    )
    assert {key[:2]: (row["quantity"], row["cost"], row["revenue"], row["margin"]) for key, row in found.items()} == {
        ("provider", "P-1"): (100, 5, 9, 4),
        ("provider", "P-2"): (200, 16, 18, 2),
        ("customer_type", "residential"): (60, Decimal("4.2"), 6, Decimal("1.8")),
        ("customer_type", "industrial"): (20, Decimal("1.4"), Decimal("1.2"), Decimal("-0.2")),
    }
    assert found["provider", "P-1", "hydro"]["name"] == "Hidro"
    assert found["provider", "P-2", "hydro"]["name"] is None
    assert found["customer_type", "industrial", "hydro"]["margin_rate"] == -0.2 / 1.2


def test_each_type_of_energy_has_its_own_prices_and_is_null_where_it_has_none() -> None:
    found = energy(bought("P-1", "1", "0.05"), sold("C-1", "1", "0.20", "wind"), sold("C-9", "2", "0", "wind"))
    hydro, wind = found["provider", "P-1", "hydro"], found["customer_type", "residential", "wind"]
    assert (hydro["cost"], hydro["revenue"], hydro["margin"], hydro["margin_rate"]) == (
        Decimal("0.05"),
        None,
        None,
        None,
    )
    assert (wind["cost"], wind["revenue"], wind["margin"]) == (None, Decimal("0.2"), None)
    assert found["customer_type", "unknown", "wind"]["revenue"] == 0


def test_an_average_is_rounded_half_up_to_a_millionth() -> None:
    found = energy(bought("P-1", "1", "0.0001"), bought("P-1", "2", "0.0002"), sold("C-1", "3", "1"))
    assert found["customer_type", "residential", "hydro"]["cost"] == 3 * Decimal("0.000167")


def test_the_shop_counts_neither_what_was_cancelled_nor_what_was_returned() -> None:
    later = {"changed_at": "2024-07-01T00:00:00Z"}
    orders = [
        {"order_id": "O-1", "customer_id": "K-1", "event_time": MAY, "status": "paid", "total": "60.00", **later},
        {"order_id": "O-2", "customer_id": "K-1", "event_time": JUNE, "status": "delivered", "total": "30.50", **later},
        {"order_id": "O-3", "customer_id": "K-2", "event_time": JUNE, "status": "cancelled", "total": "999", **later},
        {"order_id": "O-4", "customer_id": "K-2", "event_time": JUNE, "status": "returned", "total": "999", **later},
        {"order_id": "O-5", "customer_id": "K-3", "event_time": JUNE, "status": "placed", "total": "90.50", **later},
    ]
    items = [
        {"order_id": "O-1", "event_time": MAY, "product_id": "A", "product": "Kettle", "quantity": "2", "price": "30"},
        {
            "order_id": "O-2",
            "event_time": JUNE,
            "product_id": "A",
            "product": "Kettle II",
            "quantity": "1",
            "price": "30.50",
        },
        {
            "order_id": "O-3",
            "event_time": JUNE,
            "product_id": "A",
            "product": "Kettle II",
            "quantity": "50",
            "price": "30",
        },
        {"order_id": "O-5", "event_time": JUNE, "product_id": "B", "product": "Cup", "quantity": "1", "price": "90.50"},
        {"order_id": "O-9", "event_time": JUNE, "product_id": "B", "product": "Cup", "quantity": "70", "price": "1"},
    ]
    tables = {"shop_orders": silver("shop_orders", *orders), "shop_order_items": silver("shop_order_items", *items)}

    assert rows_of(run_duckdb("best_customers", tables)) == [
        ("K-1", 2, Decimal("90.50"), 45.25, utc(MAY), utc(JUNE), 1),
        ("K-3", 1, Decimal("90.50"), 90.5, utc(JUNE), utc(JUNE), 1),
    ]
    assert rows_of(run_duckdb("best_selling_products", tables)) == [
        (date(2024, 5, 1), "A", "Kettle II", 2, 1, Decimal("60.00"), 1),
        (date(2024, 6, 1), "A", "Kettle II", 1, 1, Decimal("30.50"), 1),
        (date(2024, 6, 1), "B", "Cup", 1, 1, Decimal("90.50"), 1),
    ]


def people() -> dict[str, Any]:
    """Three in Sales, two in Supply Chain, one in none that is known, and nobody in a third department."""
    hired = [
        ("2021-01-01T00:00:00Z", "1", "1"),
        ("2021-03-31T23:59:59.999999Z", "1", "1"),
        ("2021-12-31T23:59:59Z", "1", "1"),
        ("2021-04-01T00:00:00Z", "2", "1"),
        ("2021-07-01T00:00:00Z", "2", "9"),
        ("2022-01-01T00:00:00Z", "9", "1"),
    ]
    names = ("hired_at", "department_id", "job_id")
    rows = [{"id": str(number), **dict(zip(names, row, strict=True))} for number, row in enumerate(hired, 1)]
    departments = enumerate(["Sales", "Supply Chain", "Legal"], 1)
    return {
        "hr_hired_employees": silver("hr_hired_employees", *rows),
        "hr_departments": silver(
            "hr_departments", *({"id": str(each), "department": name} for each, name in departments)
        ),
        "hr_jobs": silver("hr_jobs", {"id": "1", "job": "Recruiter"}),
    }


def test_hires_are_counted_by_the_quarter_in_which_they_began() -> None:
    assert rows_of(run_duckdb("hires_by_quarter", people())) == [
        (2021, "Sales", "Recruiter", 2, 0, 0, 1),
        (2021, "Supply Chain", "Recruiter", 0, 1, 0, 0),
        (2021, "Supply Chain", "unknown", 0, 0, 1, 0),
        (2022, "unknown", "Recruiter", 1, 0, 0, 0),
    ]


def test_departments_are_compared_with_the_mean_of_all_of_them() -> None:
    # Five hires in three departments: both of those that hired are above, since a third hired nobody.
    assert rows_of(run_duckdb("departments_above_mean", people())) == [
        (2021, 1, "Sales", 3, 5 / 3),
        (2021, 2, "Supply Chain", 2, 5 / 3),
    ]


def at(device: str, time: str, latitude: str = "4.711000", longitude: str = "-74.072100") -> dict[str, str]:
    moment = f"2024-01-05T{time}Z"
    return {"device_id": device, "event_time": moment, "latitude": latitude, "longitude": longitude}


def test_a_visit_lasts_while_a_device_is_in_a_cell_without_half_an_hours_gap() -> None:
    positions = [
        at("d-1", "09:50:00"),
        at("d-1", "10:10:00"),  # the same visit, in another hour
        at("d-1", "10:40:00"),  # half an hour later: another
        at("d-1", "10:41:00", longitude="-74.090000"),  # elsewhere
        at("d-1", "10:42:00"),  # back again: another
        at("d-2", "10:00:00", latitude="4.719999"),
    ]
    made = run_duckdb("device_visits", {"device_positions": silver("device_positions", *positions)})
    nine, ten = datetime(2024, 1, 5, 9), datetime(2024, 1, 5, 10)  # noqa: DTZ001 - moments of the lake have no zone
    north, east = Decimal("4.71"), Decimal("-74.08")
    assert rows_of(made) == [
        (north, east, ten, 2, 4, 3),
        (north, east, nine, 1, 1, 1),
        (north, Decimal("-74.09"), ten, 1, 1, 1),
    ]
