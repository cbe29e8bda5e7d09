"""The lake reads texts as Python does, and as the model's own files do."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.adapters.csv.table import Unusable, moment_of
from lake.contract.types import ColumnType
from tests.unit.lake.ingestion.made import read

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
