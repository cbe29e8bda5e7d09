"""What came of a query: rows with their types, and as files that a spreadsheet or a program reads."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_MOST_DIGITS: Final = 38
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_PLAIN: Final = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "real": pa.float32(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "varbinary": pa.binary(),
}


def arrow_type(name: str, precision: int, scale: int) -> pa.DataType:
    """A type of Athena as Arrow has it; a string for one that a table of values does not need.

    >>> arrow_type("decimal", 28, 2), arrow_type("timestamp", 3, 0)
    (Decimal128Type(decimal128(28, 2)), TimestampType(timestamp[us]))
    """
    return pa.decimal128(precision, scale) if name == "decimal" else _PLAIN.get(name, pa.string())


def arrow_table(columns: Sequence[tuple[str, pa.DataType]], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows as a table, shape (rows, columns); a decimal is as wide as its column says, or as its values need."""
    arrays = []
    for place, (_, kind) in enumerate(columns):
        values = [_value(row[place], kind) for row in rows]
        arrays.append(pa.array(values, _wide_enough(kind, values)))
    return pa.Table.from_arrays(arrays, names=[name for name, _ in columns])


def text(value: Any) -> str:
    """A value as files of the lake spell it: numbers plain, moments in UTC with a Z, nothing for a missing one.

    >>> text(Decimal("1E+2")), text(datetime(2024, 1, 5, 14, 15)), text(None)
    ('100', '2024-01-05T14:15:00Z', '')
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            return f"{value:f}"
        case datetime():
            return f"{value.isoformat()}Z"
        case bytes():
            return value.decode("utf-8", errors="backslashreplace")
    return str(value)


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: what would be one begins with an apostrophe.

    >>> safe("=HYPERLINK(1)"), safe("-12.5"), safe("-1+cmd")
    ("'=HYPERLINK(1)", '-12.5', "'-1+cmd")
    """
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell


def csv_bytes(table: pa.Table) -> bytes:
    """A table as CSV in UTF-8, with a header; none of its cells is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe(name) for name in table.column_names])
    for row in table.to_pylist():
        writer.writerow([safe(text(value)) for value in row.values()])
    return out.getvalue().encode()


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as Parquet, with its types."""
    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd")
    return bytes(out.getvalue())


def _wide_enough(kind: pa.DataType, values: Sequence[Any]) -> pa.DataType:
    if not pa.types.is_decimal(kind):
        return kind
    # MiniStack's Athena tells no scale, and what Athena says must not lose a digit either.
    scale = max((-int(value.as_tuple().exponent) for value in values if value is not None), default=0)
    return kind if scale <= kind.scale else pa.decimal128(_MOST_DIGITS, scale)


def _value(value: Any, kind: pa.DataType) -> Any:
    if value is None or not pa.types.is_string(kind):
        return value
    return text(value)
