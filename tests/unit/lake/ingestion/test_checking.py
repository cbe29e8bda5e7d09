from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from divisa.domain.errors import InvalidContract
from lake.contract.reading import contracts
from lake.contract.types import ColumnType
from lake.ingestion.checking import Checker, arrow_type
from tests.unit.lake.ingestion.made import checker_of, contract_of, read

if TYPE_CHECKING:
    from lake.contract.contract import Contract
    from lake.ingestion.checking import Checked

BLANKS = "".join(chr(point) for point in range(0x3001) if chr(point).isspace())


def checked_of(contract: Contract, *rows: tuple[str, ...]) -> Checked:
    """Rows without the last column, which is filled."""
    texts = zip(*(row + ("1",) for row in rows), strict=True)
    raw = {name: pa.array(column, pa.string()) for name, column in zip(contract.columns, texts, strict=True)}
    return Checker(contract, tuple(contract.columns)).check(pa.table(raw))


def reasons(checked: Checked) -> list[list[tuple[str, str | None]]]:
    return [[(problem.reason, problem.column) for problem in row.problems] for row in checked.refused]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", " Ana Gómez ", "Ana Gómez"),
        ("string", "=1+1", "=1+1"),
        ("string", "@SUM(A1)", "@SUM(A1)"),
        ("string", "+57 300", "+57 300"),
        ("string", "-", "-"),
        ("string", "NULL", "NULL"),
        ("string", "nan", "nan"),
        ("string", "", None),
        ("integer", "", None),
        ("decimal(4,2)", " \t", None),
        ("integer", "007", 7),
        ("integer", "+7", 7),
        ("integer", "9223372036854775807", 2**63 - 1),
        ("integer", "-9223372036854775808", -(2**63)),
        ("decimal(4,2)", "99.99", Decimal("99.99")),
        ("decimal(4,2)", "-0099.9", Decimal("-99.90")),
        ("decimal(4,2)", "+1", Decimal("1.00")),
        ("decimal(2,2)", "0.25", Decimal("0.25")),
        ("decimal(3,0)", "999", Decimal(999)),
        ("decimal(38,0)", "9" * 38, Decimal("9" * 38)),
        ("decimal(36,18)", f"{'9' * 18}.{'9' * 18}", Decimal(f"{'9' * 18}.{'9' * 18}")),
        ("double", "1e3", 1000.0),
        ("double", ".5", 0.5),
        ("double", "-5.E-1", -0.5),
        ("double", "0.1", 0.1),
        ("boolean", "TRUE", True),
        ("boolean", "1", True),
        ("boolean", "False", False),
        ("boolean", "0", False),
        ("date", "2024-02-29", date(2024, 2, 29)),
        ("date", "0001-01-01", date(1, 1, 1)),
        ("date", "9999-12-31", date(9999, 12, 31)),
        ("timestamp", "2024-01-05T14:15:00Z", datetime(2024, 1, 5, 14, 15)),  # noqa: DTZ001
        ("timestamp", "2024-01-05 14:15Z", datetime(2024, 1, 5, 14, 15)),  # noqa: DTZ001
        ("timestamp", "2024-01-05T14:15:00.1+05:30", datetime(2024, 1, 5, 8, 45, 0, 100_000)),  # noqa: DTZ001
        ("timestamp", "2024-01-05T14:15:00.123456-0530", datetime(2024, 1, 5, 19, 45, 0, 123_456)),  # noqa: DTZ001
        ("timestamp", "0001-01-01T00:00:00Z", datetime(1, 1, 1)),  # noqa: DTZ001
        ("timestamp", "9999-12-31T23:59:59.999999Z", datetime.max),  # noqa: DTZ901
        ("timestamp", "1969-12-31T23:59:59.999999Z", datetime(1969, 12, 31, 23, 59, 59, 999_999)),  # noqa: DTZ001
    ],
)
def test_a_text_is_read_as_the_value_that_it_spells(kind: str, text: str, value: object) -> None:
    assert read(kind, [text]) == ({0: value}, {})


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        *(("integer", text, "bad_number") for text in ("1.0", "1e3", "1,000", "1_000", "0x1F", "one", "+", "٣", "1 0")),
        ("integer", "9223372036854775808", "bad_number"),
        ("integer", "-9223372036854775809", "bad_number"),
        ("integer", "NaN", "not_a_number"),
        *(("decimal(4,2)", text, "bad_number") for text in ("1e1", "1,5", "1.", ".5", "1_0", "100", "0.001", "1.500")),
        ("decimal(2,2)", "1.25", "bad_number"),
        ("decimal(3,0)", "9.0", "bad_number"),
        ("decimal(38,0)", "9" * 39, "bad_number"),
        *(("decimal(4,2)", text, "not_a_number") for text in ("nan", "-NaN", "inf", "+Infinity")),
        *(("double", text, "bad_number") for text in ("1_0", "1,5", ".", "e5", "0x1p3", "1e999", "-1e999", "five")),
        *(("double", text, "not_a_number") for text in ("nan", "INF", "-infinity")),
        *(("boolean", text, "bad_flag") for text in ("yes", "2", "01", "t", "truee")),
        *(("date", text, "bad_date") for text in ("2023-02-29", "2024-1-05", "05/01/2024", "20240105", "0000-01-01")),
        ("date", "2024-01-05T00:00:00Z", "bad_date"),
        *(
            ("timestamp", text, "bad_time")
            for text in (
                "2024-01-05T14:15:00",
                "2024-01-05",
                "2024-02-30T14:15:00Z",
                "2024-01-05T24:00:00Z",
                "2024-01-05T14:60:00Z",
                "2024-01-05T14:15:60Z",
                "2024-01-05T14:15:00.1234567Z",
                "2024-01-05T14:15:00.Z",
                "2024-01-05T14:15:00 Z",
                "2024-01-05T14:15:00z",
                "2024-01-05T14:15:00+24:00",
                "2024-01-05T14:15:00 UTC",
                "0000-01-05T14:15:00Z",
                "0001-01-01T00:00:00+01:00",
                "9999-12-31T23:59:59-01:00",
                "1704464100",
                "infinity",
                "epoch",
            )
        ),
    ],
)
def test_a_text_that_spells_no_value_is_refused_once(kind: str, text: str, reason: str) -> None:
    assert read(kind, [text]) == ({}, {0: reason})


@pytest.mark.parametrize("kind", ["string", "integer", "decimal(4,2)", "double", "boolean", "date", "timestamp"])
def test_what_is_empty_or_blank_is_missing_whatever_it_should_be(kind: str) -> None:
    contract = contract_of({"it": {"type": kind}})
    raw = pa.table({"it": pa.array(["", BLANKS, None]), "row": ["1", "2", "3"]})
    assert reasons(Checker(contract, ("it", "row")).check(raw)) == [[("missing", "it")]] * 3


def test_blanks_around_a_value_are_those_of_python() -> None:
    texts = [f"{blank}a{blank}b{blank}" for blank in BLANKS]
    assert read("string", texts) == (dict(enumerate(text.strip() for text in texts)), {})


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
        ({"one_of": ["BUY", "SELL"]}, ["BUY"], ["buy", "HOLD"], "unknown_value"),
        ({"one_of": ["it's"]}, ["it's"], ["its"], "unknown_value"),
    ],
)
def test_a_string_is_what_its_column_asks(column: dict[str, Any], good: list[str], bad: list[str], reason: str) -> None:
    checked = checked_of(contract_of({"it": column}), *((text,) for text in good + bad))
    assert checked.rows["it"].to_pylist() == [text.strip() for text in good]
    assert reasons(checked) == [[(reason, "it")]] * len(bad)


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
    rows = Checker(contract, names).check(raw).rows
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
        Checker(contract_of({"it": {}}), names)


@pytest.mark.parametrize(
    ("column", "check"), [({"pattern": "(?=a)a"}, "true"), ({"type": "date"}, "it + it > 1"), ({}, "no_function(it)")]
)
def test_what_duckdb_cannot_ask_is_refused_before_there_are_rows(column: dict[str, Any], check: str) -> None:
    with pytest.raises(InvalidContract, match="made.yml, line 1: has a check that cannot be run"):
        Checker(contract_of({"it": column}, ("wrong", check)), ("it", "row"))


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
    assert Checker(contract, tuple(contract.columns)).check(raw).refused == ()
