"""Files that are none, and what their first line may say."""

from __future__ import annotations

import io
import re

import pytest

from divisa.domain.errors import InvalidFile
from lake.ingestion.csv_file import read_records
from lake.ingestion.records import FileReason, SetAside
from tests.unit.lake.ingestion.visits import Whole, read, visits


@pytest.mark.parametrize("content", [b"", "\ufeff".encode(), b"\n\r\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    for header in (False, True):
        with pytest.raises(InvalidFile, match="^the file is empty$"):
            read(content, visits(header=header))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\x1f\x8b\x08\x00", r"compressed \(gzip\)"),
        (b"PK\x03\x04abc", r"compressed \(zip\)"),
        ("\ufeffvisit".encode("utf-16-le"), "UTF-16"),
        ("\ufeffvisit".encode("utf-16-be"), "UTF-16"),
    ],
)
def test_what_is_no_plain_text_is_refused_at_once(content: bytes, problem: str) -> None:
    with pytest.raises(InvalidFile, match=problem):
        read_records(io.BytesIO(content), visits())


def test_a_header_without_rows_is_no_records() -> None:
    assert read(b"visit,who,why", visits()).records == read(b"visit,who,why\n\n", visits()).records == []


def test_names_may_have_blanks_and_quotes_around_them() -> None:
    assert read(b'visit ,"who","why"\n1,a,b', visits()).records == [(2, b"1,a,b")]
    assert read(b' visit ,who,"why "\r1,a,b', visits()).names == ("visit", "who", "why")


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (b"visit,why", "another header: missing who"),
        (b"visit", "another header: missing who, why"),
        (b"visit,who,when,why", "another header: unexpected when"),
        (b"visit,Who,why", "another header: missing who; unexpected Who"),
        (b"visit,who,why,", "another header: unexpected number 4"),
        (b"visit,who,why,+57 300 555", "another header: unexpected number 4"),
        (b"visit,who,why,who", "another header: more than once who"),
        (b"who,visit,why", "another header: its columns must stand in this order: visit, who, why"),
        (b"1,ana,tea", "another header: no column of visits is in its first line, which must be visit, who, why"),
        (b"visit,\xff,why", "header is not UTF-8"),
        (b'visit,"who,why', "header is not CSV"),
        (b"visit,who,why" + b" " * 90, "first line has more than 90 bytes"),
    ],
)
def test_another_header_is_refused_in_words_that_say_what_is_wrong(header: bytes, problem: str) -> None:
    with pytest.raises(InvalidFile, match=re.escape(problem)) as refused:
        read(header + b"\n1,ana,tea\n", visits(), longest=90)

    assert "ana" not in str(refused.value)


def test_an_optional_column_may_be_there_in_its_place() -> None:
    contract = visits(optional=True)

    assert read(b"visit,note,who,why\n1,n,a,b\n", contract).names == ("visit", "note", "who", "why")
    assert read(b"visit,who,why\n1,a,b\n", contract).names == ("visit", "who", "why")
    with pytest.raises(InvalidFile, match="order: visit, note, who, why"):
        read(b"visit,who,why,note\n", contract)


def test_without_a_header_the_first_line_tells_whether_optional_columns_are_there() -> None:
    contract = visits(header=False, optional=True)

    assert read(b"1,n,a,b\n2,a,b\n", contract) == Whole(
        [(1, b"1,n,a,b")],
        [SetAside(2, b"2,a,b", FileReason.RAGGED, "3 fields instead of 4")],
        ("visit", "note", "who", "why"),
    )
    assert read(b"1,a\n2,a,b\n", contract).records == [(2, b"2,a,b")]
