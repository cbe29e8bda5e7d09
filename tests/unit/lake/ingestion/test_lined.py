from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.ingestion.csv_file import read_records
from lake.ingestion.lined import Lined, lined
from lake.ingestion.splitting import Shape
from tests.unit.lake.ingestion.visits import visits

NAMES = ("visit", "who", "why")
SHAPE = Shape(ord(","), 3, 1 << 20)
ALIKE = st.sampled_from([b"1,ana,tea", b"2, bo ,", b",,", "3,José,té".encode()])
ANY = ALIKE | st.sampled_from([b"1,a", b"1,a,b,c", b" ", b"\xff,a,b", "\ufeff1,a,b".encode(), b"4,\xc3,\xa9"])


def assert_same(block: Lined) -> None:
    whole = block.split
    assert block.columns().to_pydict() == whole.columns().to_pydict()
    assert block.lines.tolist() == whole.lines.tolist()
    assert block.set_aside == whole.set_aside
    assert [block.raw(index) for index in range(len(whole))] == [whole.raw(index) for index in range(len(whole))]


@given(lines=st.lists(ALIKE | ANY, min_size=1, max_size=40), first=st.integers(1, 1000), cut=st.integers(0, 40))
def test_lines_are_read_as_they_would_be_one_by_one(lines: list[bytes], first: int, cut: int) -> None:
    parts = (b"".join(line + b"\n" for line in some) for some in (lines[:cut], lines[cut:]))
    assert_same(Lined(tuple(part for part in parts if part), first, NAMES, SHAPE))


@pytest.mark.parametrize(
    "data", [b'1,"a",b\n', b"1,a,b\r\n", b"1,\0,b\n", b"\n1,a,b\n", b"1,a,b\n\n2,a,b\n", b"1,a,b\n" * 200_000]
)
def test_what_may_be_other_than_it_looks_is_split_first(data: bytes) -> None:
    assert lined(data, SHAPE) is None


def test_lines_of_one_column_are_split_since_an_empty_one_is_a_row() -> None:
    assert lined(b"1\n", Shape(ord(","), 1, 1 << 20)) is None


def test_a_mark_that_a_block_begins_with_is_of_its_first_field() -> None:
    content = b"1,a,b\n" + "\ufeff2,a,b\n".encode()
    blocks = list(read_records(io.BytesIO(content), visits(header=False), block_bytes=6))
    assert [visit for block in blocks for visit in block.columns()["visit"].to_pylist()] == ["1", "\ufeff2"]


def test_a_file_of_lines_is_read_without_splitting_them_and_the_rest_is_split() -> None:
    content = b"1,a,b\n" * 10 + b'2,"a",b\n' * 10
    blocks = list(read_records(io.BytesIO(content), visits(header=False), block_bytes=30))
    assert {type(block).__name__ for block in blocks} == {"Lined", "Records"}
    assert sum(len(block.lines) for block in blocks) == 20
