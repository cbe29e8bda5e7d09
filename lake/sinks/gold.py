"""The gold tables that are loaded beside the lake, and what tells their rows apart there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from lake.sinks.table import SinkTable
from lake.transformations.catalogue import transformations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "best_customers": ("customer_id",),
    "best_selling_products": ("month", "product_id"),
    "daily_prices": ("pair", "day"),
    "decision_days": ("day", "pair", "cause", "decision", "suppressed"),
    "departments_above_mean": ("year", "department_id"),
    "device_visits": ("latitude", "longitude", "hour"),
    "energy_margins": ("party", "member", "energy_type"),
    "hires_by_quarter": ("year", "department", "job"),
    "lift": ("segment", "value"),
    "suggestion_kpis": ("day", "pair", "side", "channel"),
    "user_days": ("user_id", "pair", "day"),
}
"""By table. The others are what the model learns from: silver rows once more, with no key, which nobody asks in SQL."""


def gold_table(name: str) -> SinkTable:
    """The table that a gold table is loaded into.

    Raises:
        KeyError: it is loaded nowhere.
    """
    made = transformations()[name]
    return SinkTable.of_schema(name, made.about, KEYS[name], made.columns)


def keyed(table: SinkTable, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of a gold table with an empty text where one is missing in the key, which no key of a database may be."""
    for batch in batches:
        for name in table.key:
            place = batch.schema.get_field_index(name)
            column = batch.column(place)
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                batch = batch.set_column(place, batch.schema.field(place), pc.fill_null(column, ""))
        yield batch
