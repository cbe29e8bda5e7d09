"""Silver tables for comparing engines: many rows out of the contracts, and those at which engines may differ."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from lake.contract.reading import contracts
from lake.transformations.catalogue import transformations
from lake.transformations.on_duckdb import run_duckdb
from tests.unit.lake.transformations.silver import made, silver

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONG: Final = "16.1234567890123456"
_LARGE: Final = "123456789012.345678"
_LEAST: Final = "0.00000000000000001"
_MIDNIGHT: Final = "2024-02-01T00:00:00Z"
_BEFORE_MIDNIGHT: Final = "2024-01-31T23:59:59.999999Z"
_AT_ONCE: Final = "2024-02-03T00:00:00Z"
_TRADED: Final = "2024-01-05T15:00:00Z"
_LATER: Final = {"changed_at": "2024-02-05T00:00:00Z"}


def _prices() -> list[dict[str, str]]:
    """Around midnight, of many digits, halves of the last digit, late, together, and later than a newer one."""
    return [
        {"event_time": _MIDNIGHT, "bid": _LONG, "ask": "16.2"},
        {"event_time": _BEFORE_MIDNIGHT, "bid": _LONG, "ask": "16.2"},
        {"event_time": "2024-02-02T00:00:00Z", "bid": _LEAST, "ask": "0.00000000000000002"},
        {"event_time": "2024-02-02T08:00:00Z", "bid": "17", "ask": "17.1", "arrived_at": _AT_ONCE},
        {"event_time": "2024-02-02T09:00:00Z", "bid": "17.5", "ask": "17.6", "arrived_at": _AT_ONCE},
        {"event_time": "2024-02-02T10:00:00Z", "bid": "18", "ask": "18.1", "arrived_at": "2024-02-02T09:00:00Z"},
        {"event_time": "2024-02-04T00:00:00Z", "bid": _LARGE, "ask": "123456789013"},
    ]


def _transactions() -> list[dict[str, str]]:
    """At one moment, around midnight, of many digits, late, and of a pair without prices."""
    return [
        {"event_time": "2024-02-02T09:30:00Z", "side": "BUY", "quantity": _LEAST},
        {"event_time": "2024-02-02T09:30:00Z", "side": "SELL", "quantity": _LEAST},
        {"event_time": _AT_ONCE, "quantity": _LARGE},
        {"event_time": "2024-02-02T23:59:59.999999Z", "quantity": "3", "arrived_at": "2024-02-04T00:00:00Z"},
        {"event_time": "2024-02-04T00:00:00Z", "quantity": "3", "price": _LONG},
        {"event_time": "2020-01-01T00:00:00Z", "pair": "GBP/MXN", "quantity": "1"},
    ]


def _energy() -> list[dict[str, str]]:
    """A price of a third, of half a millionth, of nothing; a type that is only bought; somebody nobody knows."""
    bought = {"kind": "purchase", "provider_id": "P-001"}
    sold = {"kind": "sale", "customer_id": "C-777"}
    return [
        {"transaction_id": "E-1", "energy_type": "wind", "quantity": "0.001", "price": "0.0001", **bought},
        {"transaction_id": "E-2", "energy_type": "wind", "quantity": "0.002", "price": "0.0002", **bought},
        {"transaction_id": "E-3", "energy_type": "wind", "quantity": "999999999.999", "price": "0", **sold},
        {"transaction_id": "E-4", "energy_type": "gas", "quantity": "99999999999.999", "price": "9999.9999", **bought},
        {"transaction_id": "E-5", "energy_type": "solar", "quantity": "0.001", "price": "99999.9999", **sold},
    ]


def _visits() -> list[dict[str, str]]:
    """Half an hour to the microsecond, on the lines between cells, south and west of nothing, over a full hour."""
    at = {"latitude": "-0.010000", "longitude": "-180.000000", "device_id": "d-9"}
    return [
        {**at, "event_time": "2024-02-01T09:59:59.999999Z"},
        {**at, "event_time": "2024-02-01T10:29:59.999998Z"},
        {**at, "event_time": "2024-02-01T10:59:59.999998Z"},
        {**at, "event_time": "2024-02-01T11:00:00Z", "latitude": "-0.000001"},
        {**at, "event_time": "2024-02-01T11:01:00Z", "latitude": "90.000000", "longitude": "180.000000"},
    ]


EDGES: Final[dict[str, list[dict[str, str]]]] = {
    "device_positions": _visits(),
    "energy_transactions": _energy(),
    "fx_prices": _prices(),
    "fx_transactions": _transactions(),
    "fx_suggestions": [
        {"suggestion_id": "s-1", "told": "false", "event_time": _MIDNIGHT},
        {"suggestion_id": "s-2", "told": "true", "event_time": _BEFORE_MIDNIGHT, "channel": "push"},
        {"suggestion_id": "s-3", "told": "true", "event_time": _MIDNIGHT, "channel": "push"},
    ],
    "fx_outcomes": [
        {"suggestion_id": "s-1", "arm": "holdout", "gain_1d": "0.5"},
        {"suggestion_id": "s-2", "known_until": "2024-01-06T14:15:01Z", "traded_at": _TRADED},
        {"suggestion_id": "s-3", "traded_at": _TRADED, "traded_quantity": "0.001", "gain_1d": "-999999999.999999999"},
    ],
    "hr_departments": [{"id": "1000", "department": "Supply Chain"}],
    "hr_hired_employees": [
        {"id": "9001", "hired_at": "2020-12-31T23:59:59.999999Z", "department_id": "1000"},
        {"id": "9002", "hired_at": "2021-01-01T00:00:00Z"},
        {"id": "9003", "hired_at": "2021-04-01T00:00:00Z"},
    ],
    "shop_orders": [
        {"order_id": "O-1", "customer_id": "K-1", "event_time": _MIDNIGHT, "total": "0.01", **_LATER},
        {"order_id": "O-2", "customer_id": "K-1", "event_time": _BEFORE_MIDNIGHT, "total": "0", **_LATER},
        {"order_id": "O-3", "customer_id": "K-2", "event_time": _MIDNIGHT, "total": "0.01", **_LATER},
    ],
    "shop_order_items": [
        {"order_id": "O-1", "event_time": _MIDNIGHT, "product_id": "SKU-1", "product": "a"},
        {"order_id": "O-2", "event_time": _BEFORE_MIDNIGHT, "product_id": "SKU-1", "product": "Ñandú"},
        {"order_id": "O-3", "event_time": _MIDNIGHT, "product_id": "SKU-1", "product": "B"},
        {"order_id": "O-3", "line": "2", "event_time": _MIDNIGHT, "product_id": "SKU-2", "price": "0"},
    ],
}


@cache
def inputs() -> Mapping[str, pa.Table]:
    """A silver table of every dataset."""
    return {name: pa.concat_tables([made(name), silver(name, *EDGES.get(name, ()))]) for name in contracts()}


@cache
def gold() -> Mapping[str, pa.Table]:
    """The gold tables that DuckDB makes of those."""
    tables = dict(inputs())
    for name in transformations():
        tables[name] = run_duckdb(name, tables)
    return {name: tables[name] for name in transformations()}
