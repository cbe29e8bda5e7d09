"""Hand-made tables for the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import sin
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from lake.loading.accounting import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOW = datetime(2024, 3, 31, 12, 0, tzinfo=UTC)
FIRST = date(2024, 3, 1)


@dataclass(frozen=True, slots=True)
class MadeTables:
    """`Tables` of rows by the name of their table; all others are without."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def gold(self, name: str, *columns: str) -> pa.Table:
        rows = self.rows.get(name, ())
        if not rows:
            return pa.table({column: pa.array([], pa.null()) for column in columns})
        return pa.Table.from_pylist([dict(row) for row in rows]).select(list(columns))

    def accounts(self) -> pa.Table:
        return pa.Table.from_pylist([dict(row) for row in self.rows.get("accounts", ())], SCHEMA)


def price(day: date, close: str, pair: str = "USD/MXN") -> dict[str, Any]:
    mid = Decimal(close)
    return {"pair": pair, "day": day, "high": mid + Decimal("0.1"), "low": mid - Decimal("0.2"), "close": mid}


def kpi(day: date, side: str = "BUY", **more: Any) -> dict[str, Any]:
    begin = {"pair": "USD/MXN", "day": day, "side": side, "channel": "sms", "suggestions": 12, "sent": 10}
    counts = {"settled": 10, "conversions": 3, "held_out_settled": 2, "held_out_conversions": 0}
    return {**begin, **counts, **more}


def lifted(segment: str, value: str, difference: float | None, reach: float = 0.03) -> dict[str, Any]:
    low, high = (None, None) if difference is None else (difference - reach, difference + reach)
    return {"segment": segment, "value": value, "difference": difference, "low": low, "high": high}


def account(dataset: str, ago: timedelta, rows_in: int = 100, reasons: str = "{}", **fates: int) -> dict[str, Any]:
    counts = {"silver": rows_in, "quarantine": 0, "duplicates": 0, "late": 0, "unaccounted": 0, **fates}
    received = (NOW - ago).replace(tzinfo=None)
    name = {"dataset": dataset, "load": f"{dataset}-{ago}", "file": "a.csv", "received_at": received}
    return {**name, "rows_in": rows_in, "reasons": reasons, **counts}


def full() -> MadeTables:
    """Something in every table."""
    days = [FIRST + timedelta(days=number) for number in range(31)]
    waves = [sin(number / 4) for number in range(31)]
    return MadeTables(
        {
            "daily_prices": [
                price(day, f"{17 + wave / 2:.4f}", pair)
                for pair in ("USD/BRL", "USD/MXN")
                for day, wave in zip(days, waves, strict=True)
            ],
            "suggestion_kpis": [
                kpi(
                    day,
                    side,
                    suggestions=int(9 + 5 * wave),
                    settled=30,
                    conversions=int(9 + 4 * wave),
                    held_out_settled=20,
                    held_out_conversions=int(3 + 2 * wave),
                )
                for side in ("BUY", "SELL")
                for day, wave in zip(days, waves, strict=True)
            ],
            "lift": [
                lifted("side", "SELL", 0.05, 0.06),
                lifted("all", "all", 0.15),
                lifted("channel", "sms", 0.2, 0.05),
                lifted("channel", "push", None),
                lifted("side", "BUY", 0.18, 0.04),
                lifted("pair", "USD/MXN", 0.15),
            ],
            "user_days": [
                {"pair": pair, "day": day, "trades": int(30 + 20 * wave)}
                for pair in ("USD/BRL", "USD/MXN")
                for day, wave in zip(days, waves, strict=True)
            ],
            "energy_margins": [
                {"party": party, "member": f"P-{n}", "name": name, "revenue": Decimal(9000), "margin": Decimal(money)}
                for n, (party, name, money) in enumerate(
                    [
                        ("provider", "Hidro del Sur", "4200"),
                        ("provider", "Viento & Mar <S.A.>", "1800.5"),
                        ("provider", "Térmica $1", "-650"),
                        ("customer_type", "industrial", "9999"),
                    ]
                )
            ],
            "best_selling_products": [
                {"month": date(2024, month, 1), "product_id": f"SKU-{n}", "product": name, "quantity": quantity}
                for month in (2, 3)
                for n, (name, quantity) in enumerate(
                    [("Kettle", 120), ("Cafetera 水 de émbolo con un nombre larguísimo", 95), ("Lamp", 12)]
                )
            ],
            "hires_by_quarter": [
                {"year": year, "q1": 10, "q2": year - 2000, "q3": 40, "q4": 22} for year in (2020, 2021, 2021)
            ],
            "departments_above_mean": [
                {"year": 2021, "department_id": n, "department": name, "hired": hired, "mean": 31.5}
                for n, (name, hired) in enumerate([("Support", 45), ("Engineering", 80), ("Sales", 33)])
            ],
            "device_visits": [
                {
                    "hour": datetime.combine(day, datetime.min.time()) + timedelta(hours=hour),
                    "visits": int(20 + 15 * sin(hour / 4)),
                }
                for day in days[:3]
                for hour in range(5, 23)
            ],
            "accounts": [
                account(
                    "fx_prices",
                    timedelta(minutes=5),
                    12000,
                    '{"crossed": 40, "in_the_future": 2}',
                    silver=11000,
                    duplicates=900,
                    late=58,
                    quarantine=42,
                ),
                account("fx_transactions", timedelta(minutes=50)),
                account("fx_suggestions", timedelta(hours=70), 400, silver=390, duplicates=10),
                account(
                    "energy_transactions", timedelta(hours=3), 800, '{"no_counterparty": 16}', silver=784, quarantine=16
                ),
                account("shop_orders", timedelta(days=2), 300),
                account(
                    "hr_hired_employees", timedelta(days=20), 1999, '{"unreadable": 70}', silver=1929, quarantine=70
                ),
                account("unknown", timedelta(days=1), 3, '{"unknown_dataset": 3}', silver=0, quarantine=3),
            ],
        }
    )
