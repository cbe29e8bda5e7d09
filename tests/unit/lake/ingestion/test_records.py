from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lake.ingestion.csv_file import read_records
from lake.ingestion.records import SHOWN_BYTES, FileReason, SetAside
from tests.unit.lake.ingestion.visits import Whole, read, records_of, visits

RAGGED, QUOTES, ENCODING, NUL, TOO_LONG, *_ = FileReason


# What is in order


def test_records_come_with_the_lines_they_begin_on() -> None:
    assert read(b"visit,who,why\n1,ana,tea\n2,bo,\n", visits()) == Whole(
        [(2, b"1,ana,tea"), (3, b"2,bo,")], [], ("visit", "who", "why")
    )


def test_a_file_without_a_header_begins_with_a_record() -> None:
    assert read(b"1,ana,tea\n").records == [(1, b"1,ana,tea")]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read("\ufeffvisit,who,why\n1,ana,tea\n".encode(), visits()).records == [(2, b"1,ana,tea")]
    assert read("\ufeff1,ana,tea\n".encode()).records == [(1, b"1,ana,tea")]


def test_lines_may_end_in_all_three_ways_and_records_end_in_one() -> None:
    found = read(b"1,a,b\r\n2,a,b\r3,a,b\n\r4,a,b\r\r\n5,a,b\r")

    assert found.records == [(1, b"1,a,b"), (2, b"2,a,b"), (3, b"3,a,b"), (5, b"4,a,b"), (7, b"5,a,b")]


def test_the_last_line_may_have_no_end() -> None:
    assert read(b"1,a,b\n2,a,b").records == [(1, b"1,a,b"), (2, b"2,a,b")]


def test_empty_lines_are_neither_records_nor_set_aside_and_count_as_lines() -> None:
    assert read(b"\n\nvisit,who,why\n\n1,a,b\n\n\n2,a,b\n\n", visits()) == Whole(
        [(5, b"1,a,b"), (8, b"2,a,b")], [], ("visit", "who", "why")
    )


def test_blanks_around_fields_stay() -> None:
    assert read(b" 1 ,\ta , b \n").records == [(1, b" 1 ,\ta , b ")]


def test_quotes_hold_delimiters_quotes_and_line_ends_as_they_are() -> None:
    found = read(b'1,"a,b","say ""hi"""\n2,"a\r\nb\rc\n\nd",""\n3,a,b\n')

    assert found == Whole(
        [(1, b'1,"a,b","say ""hi"""'), (2, b'2,"a\r\nb\rc\n\nd",""'), (7, b"3,a,b")], [], ("visit", "who", "why")
    )


def test_another_delimiter_leaves_commas_alone() -> None:
    assert read(b"1;a,b;c\n2|a|b\n", visits(header=False, delimiter=";")) == Whole(
        [(1, b"1;a,b;c")], [SetAside(2, b"2|a|b", RAGGED, "1 field instead of 3")], ("visit", "who", "why")
    )


# Records that are none


def test_a_record_of_another_number_of_fields_says_how_many() -> None:
    found = read(b"1,a\n2,a,b\n3,a,b,c\n4\n")

    assert [(each.line, each.raw, each.says) for each in found.set_aside] == [
        (1, b"1,a", "2 fields instead of 3"),
        (3, b"3,a,b,c", "4 fields instead of 3"),
        (4, b"4", "1 field instead of 3"),
    ]
    assert {each.reason for each in found.set_aside} == {RAGGED}
    assert found.records == [(2, b"2,a,b")]


def test_what_is_not_utf8_costs_only_its_line() -> None:
    found = read("1,José,b\n".encode() + "2,José,b\n".encode("latin-1") + "3,Ñ,€\n".encode())

    assert found.set_aside == [SetAside(2, b"2,Jos\xe9,b", ENCODING, "is not UTF-8")]
    assert found.records == [(1, "1,José,b".encode()), (3, "3,Ñ,€".encode())]


def test_a_nul_byte_costs_only_its_line() -> None:
    assert read(b"1,a,b\n2,\0,b\n3,a,b\n").set_aside == [SetAside(2, b"2,\0,b", NUL, "has a NUL byte")]


def test_a_bad_byte_within_quotes_costs_all_of_its_record() -> None:
    found = read(b'1,"a\n2,x,y\n\xff",b\n3,a,b\n')

    assert found.set_aside == [SetAside(1, b'1,"a\n2,x,y\n\xff",b', ENCODING, "is not UTF-8")]
    assert found.records == [(4, b"3,a,b")]


@pytest.mark.parametrize(
    "line",
    [b'2,"a,b', b'2,a,b"', b'2,5" pipe,b', b'2,12"x5",b', b'2,"a"b,c', b'2, "a",b', b'2,"a",b"', b'"', b'2,a,"""'],
)
def test_a_misplaced_quote_costs_only_its_line(line: bytes) -> None:
    found = read(b"1,a,b\n" + line + b'\n3,a,b\n4,"c\nd",e\n')

    assert [(each.line, each.raw, each.reason) for each in found.set_aside] == [(2, line, QUOTES)]
    assert found.records == [(1, b"1,a,b"), (3, b"3,a,b"), (4, b'4,"c\nd",e')]


def test_a_quoted_field_may_run_over_a_hundred_lines_and_no_more() -> None:
    hundred = b'1,"' + b"\n" * 99 + b'",b'

    assert read(hundred + b"\n2,a,b\n").records == [(1, hundred), (101, b"2,a,b")]
    assert read(hundred.replace(b'"\n', b'"\n\n') + b"\n2,a,b\n").problems == [(1, QUOTES), (101, QUOTES)]


def test_a_line_that_is_too_long_is_kept_in_part() -> None:
    found = read(b"1,a,b\n2," + b"x" * 9_000 + b",b\n3,a,b\n", longest=8_000)

    assert found.set_aside == [SetAside(2, b"2," + b"x" * (SHOWN_BYTES - 2), TOO_LONG, "has more than 8000 bytes")]
    assert found.records == [(1, b"1,a,b"), (3, b"3,a,b")]


def test_a_record_may_be_exactly_as_long_as_allowed() -> None:
    assert read(b"1,a,b\r\n2,aa,b\r\n", longest=5).problems == [(2, TOO_LONG)]


def test_a_line_far_longer_than_a_block_is_never_held() -> None:
    class Endless(io.BytesIO):
        """100 MB without a line end, then a record; says how much of it was asked for at once."""

        sent = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            self.sent += size
            return b"x" * size if self.sent < 100_000_000 else b"\n1,a,b\n" if self.sent < 100_000_000 + size else b""

    (part,) = read_records(Endless(), visits(header=False), block_bytes=1 << 20)

    assert [(each.line, each.reason) for each in part.set_aside] == [(1, TOO_LONG)]
    assert list(records_of(part)) == [(2, b"1,a,b")]


def test_without_a_header_the_first_line_may_be_too_long_as_well() -> None:
    for block_bytes in (1, 1 << 20):
        found = read(b"1,a,bbbbb\n2,a,b\n", block_bytes=block_bytes, longest=5)

        assert (found.records, found.problems) == ([(2, b"2,a,b")], [(1, TOO_LONG)])


def test_no_reason_repeats_what_a_line_says() -> None:
    found = read(b'secret\nse"cret\nsecret,\xff,\nsecret,\0,\n' + b"secret" * 10, longest=50)

    assert {each.reason for each in found.set_aside} == {RAGGED, QUOTES, ENCODING, NUL, TOO_LONG}
    assert all("secret" not in each.says for each in found.set_aside)


# Whatever a file has in it

ODD_BYTES = st.lists(
    st.sampled_from(
        [b"a", b"b,", b",", b",", b'"', b'""', b',"', b'",', b"\n", b"\n", b"\r", b"\r\n", b"1,2,3\n", b'x,"y\n",z\n']
        + [b"\0", b"\xff", "é".encode(), b" ", b"long line", b'"a","b","c"\n']
    ),
    max_size=60,
).map(b"".join)


def one_by_one(content: bytes, longest: int) -> list[tuple[int, bytes, FileReason | None]]:
    """All records of a headerless file of visits and why each is none, by the rules said as plainly as may be."""
    field = rb'(?:"(?:[^"]|"")*"|[^,"\r\n]*)'
    one = re.compile(rb"%b(?:,%b)*" % (field, field))
    three = re.compile(rb"%b,%b,%b" % (field, field, field))
    lines = re.findall(rb"([^\r\n]*)(\r\n|\r|\n|$)", content)
    out = []
    at = 0
    while at < len(lines):
        line, taken, reason = lines[at][0], 1, None
        if line.count(b'"') % 2:
            more = next((n for n in range(at + 1, len(lines)) if lines[n][0].count(b'"') % 2), len(lines))
            joined = b"".join(map(b"".join, lines[at:more])) + (lines[more][0] if more < len(lines) else b"")
            if more < len(lines) and more - at < 100 and len(joined) <= longest and three.fullmatch(joined):
                line, taken = joined, more - at + 1
        if len(line) > longest:
            line, reason = line[: min(longest, SHOWN_BYTES)], TOO_LONG
        elif b"\0" in line:
            reason = NUL
        elif line.decode(errors="ignore").encode() != line:
            reason = ENCODING
        elif not one.fullmatch(line):
            reason = QUOTES
        elif not three.fullmatch(line):
            reason = RAGGED
        if line:
            out.append((at + 1, line, reason))
        at += taken
    return out


@settings(max_examples=100)
@given(content=ODD_BYTES, block_bytes=st.integers(1, 64), longest=st.sampled_from([8, 20, 1 << 20]))
@example(content=b'a,"\n' + b"\n" * 150 + b'",b\n', block_bytes=7, longest=1 << 20)
@example(content=b'1,"a\n2,"b\n3,"c\nd",e', block_bytes=1, longest=1 << 20)
@example(content=b"123456789\r1,2,3\r\n", block_bytes=10, longest=8)
def test_whatever_the_blocks_every_record_is_there_once_or_set_aside_once(
    content: bytes, block_bytes: int, longest: int
) -> None:
    expected = one_by_one(content, longest)
    if not expected or content.startswith((b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff")):
        return

    found = read(content, block_bytes=block_bytes, longest=longest)

    assert found.records == [(line, raw) for line, raw, reason in expected if reason is None]
    assert [(each.line, each.raw, each.reason) for each in found.set_aside] == [
        each for each in expected if each[2] is not None
    ]


FIELD = st.text(st.sampled_from('ab1 é€",\n\r;'), max_size=6)


def quoted(field: str) -> str:
    doubled = field.replace('"', '""')
    return f'"{doubled}"' if re.search(r'[,"\r\n]', field) else field


@settings(max_examples=100)
@given(
    rows=st.lists(st.tuples(FIELD, FIELD, FIELD), max_size=8),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    block_bytes=st.integers(1, 64),
    header=st.booleans(),
)
def test_what_is_well_formed_is_read_as_python_reads_it(
    rows: list[tuple[str, str, str]], end: str, block_bytes: int, header: bool
) -> None:
    text = "".join(",".join(map(quoted, row)) + end for row in [("visit", "who", "why"), *rows])

    found = read(text.encode(), visits(header=header), block_bytes=block_bytes)

    assert found.set_aside == []
    again = b"".join(raw + b"\n" for _, raw in found.records).decode()
    expected = list(csv.reader(io.StringIO(text, newline=""), strict=True))[header:]
    assert list(csv.reader(io.StringIO(again, newline=""), strict=True)) == expected
