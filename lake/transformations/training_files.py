"""The gold tables that a model learns from, as the files that training reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import duckdb

from divisa.domain.errors import NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from lake.report.tables import Tables

TABLES: Final = {
    "prices": ("training_prices", ("pair", "event_time", "bid", "ask", "arrived_at")),
    "transactions": (
        "training_transactions",
        ("user_id", "event_time", "pair", "side", "quantity", "price", "arrived_at"),
    ),
}
"""Of each file the gold table and its columns."""
_MOMENTS: Final = {"event_time", "arrived_at"}
_NUMBERS: Final = {"bid", "ask", "quantity", "price"}


def write_training_files(tables: Tables, folder: Path) -> tuple[Path, Path]:
    """Write the files of prices and of transactions, in an order that depends on their rows alone.

    Args:
        tables: has the gold tables.
        folder: made where it is missing.

    Returns:
        `prices.csv` and `transactions.csv` in the folder.

    Raises:
        NotFound: the lake has no prices or no transactions.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return _write(tables, "prices", folder), _write(tables, "transactions", folder)


def _write(tables: Tables, what: str, folder: Path) -> Path:
    table, columns = TABLES[what]
    rows = tables.gold(table, *columns)
    if not len(rows):
        raise NotFound(f"the lake has no {what} to learn from")
    file = folder / f"{what}.csv"
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        connection.register("rows", rows)
        texts = ", ".join(f"{_text(column)} AS {column}" for column in columns)
        # In the order in which they became known, as a ledger has them.
        order = ", ".join(f"rows.{column}" for column in ("arrived_at", *columns))
        connection.sql(f"SELECT {texts} FROM rows ORDER BY {order}").write_csv(str(file))  # noqa: S608 - our own names
    return file


def _text(column: str) -> str:
    if column in _MOMENTS:
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    if column in _NUMBERS:  # The zeros at the end are those of the table's type.
        return f"rtrim(rtrim(CAST({column} AS VARCHAR), '0'), '.')"
    return column
