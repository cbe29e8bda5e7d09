"""Columns that are read and judged as a whole, beside the same by the rules, row by row."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.contract.rules import LATEST
from lake.contract.types import ColumnType
from lake.ingestion.asking import FITS, Questions
from lake.ingestion.checking import AHEAD, Checker, arrow_type
from lake.ingestion.plain import trimmed, values
from tests.unit.lake.ingestion.made import RECEIVED, contract_of

if TYPE_CHECKING:
    from lake.contract.contract import Contract

COLUMNS: Final[dict[str, dict[str, Any]]] = {
    "whole": {"type": "integer", "least": 0, "most": 50},
    "price": {"type": "decimal(9,2)", "above": 0.1, "digits": 6},
    "share": {"type": "double", "above": 0.1, "most": 0.7, "nullable": True},
    "at": {"type": "timestamp"},
    "day": {"type": "date", "nullable": True},
    "pair": {"is_pair": True, "longest": 7},
    "side": {"one_of": ["BUY", "SELL"], "nullable": True},
    "code": {"pattern": "[a-zé]+", "longest": 4},
}
USUAL: Final = {
    "whole": ["0", "7", "50"],
    "price": ["0.11", "16.8", "100", "9999.99"],
    "share": ["0.5", ".7", "0.2", "0.7"],
    "at": ["2024-01-05T14:15:00Z", "2024-02-02 12:00:00.5+00:00", "2024-02-02T12:00:00Z", "0001-01-01T00:00:00Z"],
    "day": ["2024-01-05", "9999-12-31"],
    "pair": ["USD/MXN", "EUR/USD"],
    "side": ["BUY", "SELL"],
    "code": ["a", "abcd", "éé"],
}
ODD: Final = {
    "whole": ["51", "-1", "+1", "0x10", "1e1", " 3 ", "", "9" * 20],
    "price": ["0.1", "0.10", "1.", ".5", "1e1", "0.001", "12345.67", "1.2.3", "+1", "99999999", "100000.00", ""],
    "share": ["0.1", "0.8", "-0.5", "--5", "5-3", ".", "", "1e-1", "nan"],
    "at": ["2024-02-02T12:00:01Z", "2024-01-05T14:15", "2024-01-05T14+05:30", "0001-01-01T00:00:00+01:00", ""],
    "day": ["0000-01-01", "2024-1-05", "2024-02-30", ""],
    "pair": ["USD/USD", "usd/mxn", "USD/MXN/", ""],
    "side": ["buy", ""],
    "code": ["abcde", "A", "ééé", "\u2003a", ""],
}
CONTRACT: Final = contract_of(COLUMNS).model_copy(update={"event_time": "at"})
ROW: Final = st.fixed_dictionaries({name: st.sampled_from(texts) for name, texts in USUAL.items()})
ODD_ONES: Final = st.lists(st.sampled_from([(name, text) for name, texts in ODD.items() for text in texts]), max_size=3)


def one_by_one(contract: Contract, names: tuple[str, ...], raw: pa.Table) -> tuple[list[bool], list[dict[str, Any]]]:
    """What the rules alone say of each row: whether it fits, and the values that they read."""
    query = Questions(contract, names).typing(frozenset(), frozenset()) or ""
    connection = engine()
    connection.register("texts", pa.table({f"_{name}": trimmed(raw[name]) for name in names}))
    told = connection.sql(query).to_arrow_table()
    return told[FITS].to_pylist(), told.drop_columns([FITS]).to_pylist()


@cache
def engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET VARIABLE {LATEST} = CAST(? AS TIMESTAMP)", [(RECEIVED + AHEAD).replace(tzinfo=None)])
    return connection


@cache
def checker() -> Checker:
    return Checker(CONTRACT, (*COLUMNS, "row"), received_at=RECEIVED)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(ROW, min_size=1, max_size=6), odd=ODD_ONES, cut=st.integers(0, 6))
def test_a_block_is_judged_as_its_rows_are_one_by_one(
    rows: list[dict[str, str]], odd: list[tuple[str, str]], cut: int
) -> None:
    for number, (name, text) in enumerate(odd):
        rows[number % len(rows)][name] = text
    names = (*COLUMNS, "row")
    raw = pa.table({name: pa.chunked_array([[row.get(name, "1") for row in rows]]) for name in names})
    raw = pa.concat_tables([raw[:cut], raw[cut:]])

    checked = checker().check(raw)

    fits, read = one_by_one(CONTRACT, names, raw)
    assert checked.kept.tolist() == [index for index, fit in enumerate(fits) if fit]
    assert [row.index for row in checked.refused] == [index for index, fit in enumerate(fits) if not fit]
    for row, index in zip(checked.rows.to_pylist(), checked.kept.tolist(), strict=True):
        assert {name: row[name] for name in read[index]} == read[index]


numbers = st.text(st.sampled_from("0123456789.-"), min_size=1, max_size=9) | st.from_regex(
    r"[0-9]{1,20}(\.[0-9]{1,20})?", fullmatch=True
)
moments = st.builds(
    lambda text, at, letter: text[:at] + letter + text[at + 1 :],
    st.sampled_from(
        ["2024-01-05T14:15:00Z", "2024-01-05T14:15:00.123456Z", "2024-12-31 23:59:59+05:30", "2024-01-05T14:15-0530"]
    ),
    st.integers(0, 26),
    st.sampled_from("0123456789-+:. TZ"),
)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        *((kind, numbers) for kind in ("integer", "double", "decimal(9,2)", "decimal(36,18)", "decimal(38,0)")),
        ("timestamp", moments),
        ("date", moments.map(lambda text: text[:10]) | numbers),
    ],
)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_column_that_is_read_as_a_whole_has_the_values_that_the_rules_give_it(
    kind: str, texts: st.SearchStrategy[str], data: st.DataObject
) -> None:
    column = trimmed(pa.chunked_array([pa.array(data.draw(st.lists(texts, min_size=1, max_size=3)), pa.string())]))
    type_ = ColumnType.parse(kind)

    found = values(column, type_, arrow_type(type_))

    if found is not None:
        contract = contract_of({"it": {"type": kind, "nullable": True}})
        raw = pa.table({"it": column, "row": pa.chunked_array([["1"] * len(column)])})
        fits, read = one_by_one(contract, ("it", "row"), raw)
        assert all(fits)
        assert found.to_pylist() == [row["it"] for row in read]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("integer", ["7", "007"]),
        ("double", ["-19.5", "4", ".5"]),
        ("decimal(36,18)", ["16.0010", "250", "1.000001"]),
        ("timestamp", ["2024-01-05T14:15:00Z", "2024-01-05T14:15:00.123456+00:00"]),
        ("date", ["2024-01-05"]),
    ],
)
def test_usual_spellings_are_read_as_a_whole(kind: str, texts: list[str]) -> None:
    type_ = ColumnType.parse(kind)
    assert values(trimmed(pa.chunked_array([texts])), type_, arrow_type(type_)) is not None
