from __future__ import annotations

import gzip
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.errors import InvalidFile
from lake.ingestion.unpacking import FREE_BYTES, MOST_RATIO, Unpacked, is_gzip


def unpacked(packed: bytes, **bounds: int) -> bytes:
    return io.BufferedReader(Unpacked(io.BytesIO(packed), **bounds)).read()


@given(parts=st.lists(st.binary(max_size=200_000), min_size=1, max_size=4), zeros=st.integers(0, 70_000))
def test_files_packed_behind_each_other_are_one_and_the_zeros_behind_them_are_none(
    parts: list[bytes], zeros: int
) -> None:
    assert unpacked(b"".join(map(gzip.compress, parts)) + bytes(zeros)) == b"".join(parts)


@given(content=st.binary(min_size=1), data=st.data())
def test_a_file_that_was_cut_short_anywhere_is_refused(content: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(content)
    with pytest.raises(InvalidFile, match="cut short"):
        unpacked(packed[: data.draw(st.integers(1, len(packed) - 1))])


@pytest.mark.parametrize("packed", [b"pair,event_time\n", gzip.compress(b"a,b\n") + b"a,b\n", zlib.compress(b"a,b\n")])
def test_what_is_no_gzip_from_beginning_to_end_is_refused(packed: bytes) -> None:
    with pytest.raises(InvalidFile, match="no sound gzip"):
        unpacked(packed)


def test_a_changed_byte_is_seen() -> None:
    packed = bytearray(gzip.compress(bytes(range(256)) * 10))
    packed[-6] ^= 1
    with pytest.raises(InvalidFile, match="no sound gzip"):
        unpacked(bytes(packed))


def test_a_bomb_is_refused_long_before_it_has_filled_anything() -> None:
    bomb = gzip.compress(bytes(64 << 20))
    file = io.BufferedReader(Unpacked(io.BytesIO(bomb)), 1 << 16)
    taken = 0
    with pytest.raises(InvalidFile, match="unpacks to more than a table does"):
        while chunk := file.read(1 << 16):
            taken += len(chunk)
    assert taken <= MOST_RATIO * len(bomb) + FREE_BYTES


def test_a_file_is_no_larger_unpacked_than_it_may_be() -> None:
    packed = gzip.compress(b"a,b\n" * 100)
    assert len(unpacked(packed, most=400)) == 400
    with pytest.raises(InvalidFile, match="unpacks to more"):
        unpacked(packed, most=399)


def test_looking_whether_a_file_is_gzip_takes_nothing_of_it() -> None:
    for content, gzipped in ((gzip.compress(b"a"), True), (b"a,b\n", False), (b"", False)):
        file = io.BytesIO(content)
        assert (is_gzip(file), file.tell()) == (gzipped, 0)
