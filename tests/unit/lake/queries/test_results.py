"""Answers as files: typed Parquet, and CSV in which no cell is a formula."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from lake.queries.results import arrow_table, arrow_type, csv_bytes, parquet_bytes

COLUMNS = [
    ("who", arrow_type("varchar", 0, 0)),
    ("day", arrow_type("date", 0, 0)),
    ("at", arrow_type("timestamp", 3, 0)),
    ("money", arrow_type("decimal", 28, 9)),
    ("rate", arrow_type("double", 17, 0)),
    ("why", arrow_type("array", 0, 0)),
]
ROWS = [
    ("=1+1", date(2024, 1, 5), datetime.fromisoformat("2024-01-05T14:15"), Decimal("-12.5"), -0.25, ["crossed"]),
    (None, None, None, None, None, None),
]


def test_an_answer_keeps_its_types_as_parquet() -> None:
    table = arrow_table(COLUMNS, ROWS)
    again = pq.read_table(pa.BufferReader(parquet_bytes(table)))
    assert again.schema.types == [
        pa.string(),
        pa.date32(),
        pa.timestamp("us"),
        pa.decimal128(28, 9),
        pa.float64(),
        pa.string(),
    ]
    assert again["money"].to_pylist() == [Decimal("-12.5"), None]


def test_a_decimal_keeps_its_digits_where_its_column_tells_too_few() -> None:
    table = arrow_table([("money", arrow_type("decimal", 38, 0))], [(Decimal("0.125"),), (None,), (Decimal(7),)])
    assert table["money"].to_pylist() == [Decimal("0.125"), None, Decimal(7)]


def test_a_spreadsheet_finds_numbers_and_no_formulas() -> None:
    header, first, second = csv.reader(io.StringIO(csv_bytes(arrow_table(COLUMNS, ROWS)).decode()))
    assert header == ["who", "day", "at", "money", "rate", "why"]
    assert first == ["'=1+1", "2024-01-05", "2024-01-05T14:15:00Z", "-12.500000000", "-0.25", "['crossed']"]
    assert second == [""] * 6


def test_what_begins_like_a_formula_is_disarmed_however_it_begins() -> None:
    cells = ["+x", "-x", "@x", "\tx", "\rx", "-1", "+1.5e3", "-", "x=1"]
    written = csv_bytes(pa.table({"=name": cells})).decode()
    assert [row[0] for row in csv.reader(io.StringIO(written, newline=""))] == [
        "'=name", "'+x", "'-x", "'@x", "'\tx", "'\rx", "-1", "+1.5e3", "'-", "x=1",
    ]  # fmt: skip


def test_bytes_that_were_set_aside_are_no_formula_either() -> None:
    assert csv_bytes(pa.table({"raw": [b"=1+1,\xe1\n"]})).decode() == 'raw\r\n"\'=1+1,\\xe1\n"\r\n'


def test_an_answer_without_rows_has_its_columns() -> None:
    assert csv_bytes(arrow_table(COLUMNS, [])) == b"who,day,at,money,rate,why\r\n"
