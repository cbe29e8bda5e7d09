from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from divisa.domain.errors import InvalidContract
from lake.contract.reading import contracts
from lake.contract.types import ColumnType
from lake.ingestion.checking import Checker, arrow_type
from tests.unit.lake.ingestion.made import RECEIVED, checker_of, contract_of, reasons

if TYPE_CHECKING:
    from lake.contract.contract import Contract
    from lake.ingestion.checking import Checked


def checked_of(contract: Contract, *rows: tuple[str, ...]) -> Checked:
    """Rows without the last column, which is filled."""
    texts = zip(*(row + ("1",) for row in rows), strict=True)
    raw = {name: pa.array(column, pa.string()) for name, column in zip(contract.columns, texts, strict=True)}
    return Checker(contract, tuple(contract.columns), received_at=RECEIVED).check(pa.table(raw))


@pytest.mark.parametrize("kind", ["integer", "decimal(4,2)", "double"])
@pytest.mark.parametrize(
    ("bounds", "good", "bad"),
    [
        ({"above": 0}, ["1"], ["0", "-1"]),
        ({"least": -2}, ["-2", "0"], ["-3"]),
        ({"most": 2}, ["2", "-5"], ["3"]),
        ({"above": 0.5, "most": 2}, ["1", "2"], ["0", "3"]),
        ({"least": -0.001}, ["0"], ["-1"]),  # finer than a decimal(4,2)
        ({"most": 1e30}, ["99"], []),  # more than it holds
        ({"least": -1e30}, ["-99"], []),
        ({"above": 1e30}, [], ["99"]),
        ({"most": -1e30}, [], ["-99"]),
    ],
)
def test_a_number_lies_within_its_bounds(kind: str, bounds: dict[str, float], good: list[str], bad: list[str]) -> None:
    contract = contract_of({"it": {"type": kind, **bounds}})
    checked = checked_of(contract, *((text,) for text in good + bad))
    assert checked.kept.tolist() == list(range(len(good)))
    assert reasons(checked) == [[("out_of_range", "it")]] * len(bad)


def test_a_bound_is_the_number_that_is_written_and_not_its_nearest_double() -> None:
    contract = contract_of({"it": {"type": "decimal(38,20)", "least": 0.1}})
    assert checked_of(contract, ("0.1",), ("0.09999999999999999999",)).kept.tolist() == [0]


@pytest.mark.parametrize(
    ("column", "good", "bad", "reason"),
    [
        ({"longest": 3}, ["abc", "ñññ", "👩👩👩", " abc "], ["abcd"], "too_long"),
        ({"pattern": "[A-Z]{3}/[A-Z]{3}"}, ["USD/MXN"], ["usd/mxn", "USD/MXN/", "xUSD/MXN"], "malformed"),
        ({"pattern": "a|ab"}, ["a", "ab"], ["abb"], "malformed"),
        ({"pattern": "it's.*"}, ["it's so"], ["its", "it's\nso"], "malformed"),
        (
            {"is_pair": True},
            ["USD/MXN", "BHD/JPY"],
            ["USD/XYZ", "USD/USD", "usd/mxn", "USD/MXNX", "USD"],
            "unknown_pair",
        ),
        ({"one_of": ["BUY", "SELL"]}, ["BUY"], ["buy", "HOLD"], "unknown_value"),
        ({"one_of": ["it's"]}, ["it's"], ["its"], "unknown_value"),
    ],
)
def test_a_string_is_what_its_column_asks(column: dict[str, Any], good: list[str], bad: list[str], reason: str) -> None:
    checked = checked_of(contract_of({"it": column}), *((text,) for text in good + bad))
    assert checked.rows["it"].to_pylist() == [text.strip() for text in good]
    assert reasons(checked) == [[(reason, "it")]] * len(bad)


def test_an_exact_number_has_no_more_digits_than_it_may_be_written_with() -> None:
    contract = contract_of({"it": {"type": "decimal(36,18)", "digits": 4}})
    checked = checked_of(contract, ("-12.34",), ("+0012",), ("1.0000",), ("00012",), ("12345x",))
    assert checked.kept.tolist() == [0, 1]
    assert reasons(checked) == [[("bad_number", "it")]] * 3


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("timestamp", ["2024-02-02T12:00:00Z", "2024-02-02T14:00:00+02:00"], ["2024-02-02T12:00:00.000001Z"]),
        ("date", ["2024-02-02"], ["2024-02-03", "9999-12-31"]),
    ],
)
def test_what_happens_later_than_a_day_after_it_was_received_is_set_aside(
    kind: str, good: list[str], bad: list[str]
) -> None:
    contract = contract_of({"at": {"type": kind}}).model_copy(update={"event_time": "at"})
    checked = checked_of(contract, *((text,) for text in good + bad))
    assert len(checked.kept) == len(good)
    assert reasons(checked) == [[("in_the_future", "at")]] * len(bad)


def test_the_time_of_receipt_has_a_zone() -> None:
    with pytest.raises(ValueError, match="no zone"):
        Checker(contract_of({"it": {}}), ("it", "row"), received_at=RECEIVED.replace(tzinfo=None))


def test_all_that_is_wrong_with_a_row_is_told_and_none_of_it_repeats_a_value() -> None:
    contract = contract_of(
        {
            "name": {"longest": 4, "pattern": "[a-z]*", "one_of": ["ana", "bob"]},
            "price": {"type": "decimal(6,2)", "above": 0},
            "paid": {"type": "decimal(6,2)"},
            "at": {"type": "timestamp"},
        },
        ("overpaid", "paid <= price"),
    )
    checked = checked_of(contract, ("SECRET", "-777.77", "888.88", "yesterday"), ("ana", "5", "4", "2024-01-05T14:15Z"))
    assert checked.kept.tolist() == [1]
    (refused,) = checked.refused
    assert refused.index == 0
    assert [(problem.reason, problem.column) for problem in refused.problems] == [
        ("too_long", "name"),
        ("malformed", "name"),
        ("unknown_value", "name"),
        ("out_of_range", "price"),
        ("bad_time", "at"),
        ("overpaid", None),
    ]
    assert [problem.words for problem in refused.problems] == [
        "name has more than 4 characters",
        "name is not of the form [a-z]*",
        "name is none of ana, bob",
        "price is not above 0",
        "at is not a time with an offset from UTC such as 2024-01-05T14:15:00Z",
        "overpaid",
    ]


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        ("1", "2", []),
        ("2", "2", [("crossed", None)]),
        ("2", "", []),  # nobody can tell
        ("", "2", [("missing", "low")]),
        ("x", "1", [("bad_number", "low")]),
        ("2", "x", [("bad_number", "high")]),
        ("-5", "-6", [("out_of_range", "low"), ("crossed", None)]),
    ],
)
def test_rows_are_judged_where_all_that_a_check_looks_at_can_be_read(
    low: str, high: str, told: list[tuple[str, str | None]]
) -> None:
    columns = {"low": {"type": "integer", "least": -1}, "high": {"type": "integer", "nullable": True}}
    checked = checked_of(contract_of(columns, ("crossed", "low < high")), (low, high))
    assert reasons(checked) == ([told] if told else [])


def test_a_check_sees_what_is_missing_and_passes_what_cannot_be_computed() -> None:
    columns: dict[str, dict[str, Any]] = {"order": {"type": "integer"}, "note": {"nullable": True}}
    contract = contract_of(columns, ("no_note", "note IS NOT NULL"), ("odd", "`order` * `order` % 2 = 0"))
    checked = checked_of(contract, ("2", "yes"), ("2", ""), ("3", "yes"), ("9000000000000000000", "yes"))
    assert reasons(checked) == [[("no_note", None)], [("odd", None)]]
    assert checked.kept.tolist() == [0, 3]


def test_columns_come_in_the_order_of_the_contract_and_absent_ones_are_empty() -> None:
    contract = contracts()["fx_prices"]
    names = ("ask", "bid", "event_time", "pair")
    raw = pa.table({"pair": ["USD/MXN"], "event_time": ["2024-01-05T14:15:00Z"], "bid": ["16.8"], "ask": ["16.9"]})
    rows = Checker(contract, names, received_at=RECEIVED).check(raw).rows
    assert rows.column_names == list(contract.columns)
    assert rows["arrived_at"].to_pylist() == [None]
    assert rows.schema.types == [pa.string(), pa.timestamp("us"), *[pa.decimal128(36, 18)] * 2, pa.timestamp("us")]


@pytest.mark.parametrize(
    ("kind", "arrow"),
    [
        ("string", pa.string()),
        ("integer", pa.int64()),
        ("decimal(3,1)", pa.decimal128(3, 1)),
        ("decimal(38,38)", pa.decimal128(38, 38)),
        ("double", pa.float64()),
        ("boolean", pa.bool_()),
        ("date", pa.date32()),
        ("timestamp", pa.timestamp("us")),
    ],
)
def test_each_type_has_one_in_arrow_even_where_there_are_no_rows(kind: str, arrow: pa.DataType) -> None:
    assert arrow_type(ColumnType.parse(kind)) == arrow
    nothing = checker_of(kind).check(pa.table({"it": pa.array([], pa.string()), "row": pa.array([], pa.string())}))
    assert nothing.rows.schema.field("it").type == arrow
    assert (len(nothing.rows), nothing.kept.tolist(), nothing.refused) == (0, [], ())


@pytest.mark.parametrize("names", [("it",), ("it", "row", "row"), ("it", "row", "more"), ()])
def test_a_file_has_all_columns_of_its_contract_and_no_others(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="are not the columns of made"):
        Checker(contract_of({"it": {}}), names, received_at=RECEIVED)


@pytest.mark.parametrize(
    ("column", "check"), [({"pattern": "(?=a)a"}, "true"), ({"type": "date"}, "it + it > 1"), ({}, "no_function(it)")]
)
def test_what_duckdb_cannot_ask_is_refused_before_there_are_rows(column: dict[str, Any], check: str) -> None:
    with pytest.raises(InvalidContract, match="made.yml, line 1: has a check that cannot be run"):
        Checker(contract_of({"it": column}, ("wrong", check)), ("it", "row"), received_at=RECEIVED)


def test_rows_of_many_chunks_stay_in_their_order() -> None:
    count = 300_000
    texts = [f"{number}" if number % 1000 else "x" for number in range(count)]
    chunk = pa.chunked_array([texts[start : start + 7_001] for start in range(0, count, 7_001)])
    checked = checker_of("integer").check(pa.table({"it": chunk, "row": pa.array(["1"] * count)}))
    numbers = np.arange(count)
    assert np.array_equal(checked.kept, numbers[numbers % 1000 != 0])
    assert np.array_equal(checked.rows["it"].to_numpy(), checked.kept)
    assert [row.index for row in checked.refused] == list(range(0, count, 1000))


@pytest.mark.parametrize("name", contracts())
def test_each_contract_accepts_its_own_examples(name: str) -> None:
    contract = contracts()[name]
    raw = pa.table({column: [told.example] for column, told in contract.columns.items()})
    assert Checker(contract, tuple(contract.columns), received_at=RECEIVED).check(raw).refused == ()
