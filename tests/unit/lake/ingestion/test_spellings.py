"""The lake reads texts as Python does, and as the model's own files do."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.adapters.csv.table import Unusable, moment_of
from lake.contract.types import ColumnType
from lake.ingestion.checking import Checker
from tests.unit.lake.ingestion.made import RECEIVED, contract_of, read, reasons

FEW = settings(max_examples=20, deadline=None)
PLAIN = st.from_regex(r"[+-]?[0-9]{1,22}(\.[0-9]{1,20})?", fullmatch=True)
SIGNS = st.text("0123456789+-.eE_, \tnaif", max_size=12)
DATES = st.from_regex(r"([0-9]{4}|20[0-9]{2})-[01][0-9]-[0-3][0-9]", fullmatch=True)
MOMENTS = st.from_regex(
    r"(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9][T ]([01][0-9]|2[0-35-9]):[0-6][0-9](:[0-6][0-9](\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-2][0-9](:?[0-5][0-9])?)?",
    fullmatch=True,
)
USUAL_MOMENTS = st.builds(
    lambda moment, parts, between: moment.isoformat(between, parts),
    st.datetimes(timezones=st.timezones() | st.just(UTC), allow_imaginary=False).filter(
        lambda moment: (offset := moment.utcoffset()) is not None and offset.total_seconds() % 60 == 0
    ),
    st.sampled_from(["auto", "minutes", "seconds", "milliseconds", "microseconds"]),
    st.sampled_from("T "),
)


BLANKS = "".join(chr(point) for point in range(0x3001) if chr(point).isspace())
at = datetime.fromisoformat
"""What is stored of a moment: it has no zone, and means UTC."""


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
        ("timestamp", "2024-01-05T14:15:00Z", at("2024-01-05T14:15:00")),
        ("timestamp", "2024-01-05 14:15Z", at("2024-01-05T14:15:00")),
        ("timestamp", "2024-01-05T14:15:00.1+05:30", at("2024-01-05T08:45:00.100000")),
        ("timestamp", "2024-01-05T14:15:00.123456-0530", at("2024-01-05T19:45:00.123456")),
        ("timestamp", "0001-01-01T00:00:00Z", at("0001-01-01T00:00:00")),
        ("timestamp", "9999-12-31T23:59:59.999999Z", at("9999-12-31T23:59:59.999999")),
        ("timestamp", "1969-12-31T23:59:59.999999Z", at("1969-12-31T23:59:59.999999")),
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
    assert reasons(Checker(contract, ("it", "row"), received_at=RECEIVED).check(raw)) == [[("missing", "it")]] * 3


def test_blanks_around_a_value_are_those_of_python() -> None:
    texts = [f"{blank}a{blank}b{blank}" for blank in BLANKS]
    assert read("string", texts) == (dict(enumerate(text.strip() for text in texts)), {})


def number_of(kind: ColumnType, text: str) -> Any:
    """What a text is as a number of a type, or why it is none: the rule, in Python."""
    if re.fullmatch(r"(?i:[+-]?(nan|inf|infinity))", text, re.ASCII):
        return "not_a_number"
    if kind.name == "double":
        try:
            number = float(text.replace("_", "no"))
        except ValueError:
            return "bad_number"
        return number if math.isfinite(number) else "bad_number"
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        return "bad_number"
    if kind.name == "integer":
        return int(text) if "." not in text and -(2**63) <= int(text) < 2**63 else "bad_number"
    whole, _, fraction = text.lstrip("+-").partition(".")
    before = kind.precision - kind.scale
    return Decimal(text) if len(whole.lstrip("0")) <= before and len(fraction) <= kind.scale else "bad_number"


@pytest.mark.parametrize("kind", ["integer", "decimal(9,4)", "decimal(18,18)", "decimal(36,18)", "double"])
@FEW
@given(texts=st.lists(PLAIN | SIGNS | st.floats().map(repr) | st.integers().map(str), min_size=1, max_size=60))
def test_numbers_are_those_of_python(kind: str, texts: list[str]) -> None:
    values, refused = read(kind, texts)
    stripped = (text.strip() for text in texts)
    assert values | refused == {
        index: number_of(ColumnType.parse(kind), text) if text else None for index, text in enumerate(stripped)
    }


@FEW
@given(texts=st.lists(DATES, min_size=1, max_size=60))
def test_days_are_those_of_python(texts: list[str]) -> None:
    def day(text: str) -> date | str:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return "bad_date"

    values, refused = read("date", texts)
    assert values | refused == dict(enumerate(map(day, texts)))


def moment(text: str) -> datetime | str:
    """What the model's own files make of a text."""
    try:
        return moment_of("it", text).replace(tzinfo=None)
    except Unusable as problem:
        return problem.reason.value


@FEW
@given(texts=st.lists(MOMENTS | USUAL_MOMENTS, min_size=1, max_size=60))
def test_moments_are_those_of_the_models_own_files(texts: list[str]) -> None:
    values, refused = read("timestamp", texts)
    assert values | refused == dict(enumerate(map(moment, texts)))


@FEW
@given(texts=st.lists(st.text("0123456789-:T Z+.,W", min_size=1, max_size=30) | st.text(min_size=1), max_size=60))
def test_no_moment_is_read_that_the_models_own_files_refuse_or_read_otherwise(texts: list[str]) -> None:
    values, _ = read("timestamp", texts)
    assert all(value is None or value == moment(texts[index].strip()) for index, value in values.items())


@FEW
@given(texts=st.lists(st.text(), min_size=1, max_size=60))
def test_a_string_is_any_text_without_the_blanks_around_it(texts: list[str]) -> None:
    assert read("string", texts) == ({index: text.strip() or None for index, text in enumerate(texts)}, {})
