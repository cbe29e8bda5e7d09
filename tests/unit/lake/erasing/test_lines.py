from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from lake.erasing.lines import records, rewrite, text_of, with_field

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = 'id,said\r\nana,"two\nlines"\r\nben,\xf3\r\n\nana,last'.encode("latin-1")
STARTS = (2, 4, 6)


@pytest.mark.parametrize("zipped", [False, True])
def test_every_byte_is_in_one_record_or_before_the_first(tmp_path: Path, zipped: bool) -> None:
    file = tmp_path / "file"
    file.write_bytes(gzip.compress(CONTENT) if zipped else CONTENT)

    assert list(records(file, STARTS)) == [
        (0, "id,said\r\n"),
        (2, 'ana,"two\nlines"\r\n'),
        (4, "ben,\xf3\r\n\n"),
        (6, "ana,last"),
    ]


@pytest.mark.parametrize("zipped", [False, True])
def test_what_goes_leaves_its_line_ends_and_all_else_keeps_its_bytes_and_line(tmp_path: Path, zipped: bool) -> None:
    file, to = tmp_path / "file", tmp_path / "to"
    file.write_bytes(gzip.compress(CONTENT) if zipped else CONTENT)

    rewrite(file, to, STARTS, {2}, {6: "erased-1"}, lambda record, who: with_field(record, who, 0, ","))

    written = to.read_bytes()
    plain = gzip.decompress(written) if zipped else written
    assert plain == b"id,said\r\n\n\r\nben,\xf3\r\n\nerased-1,last"
    assert zipped == (written != plain)
    assert [start for start, record in records(to, STARTS) if text_of(record).strip()] == [0, 4, 6]


def test_what_was_rewritten_once_is_rewritten_to_the_same(tmp_path: Path) -> None:
    file, once, twice = (tmp_path / name for name in ("file", "once", "twice"))
    file.write_bytes(CONTENT)

    rewrite(file, once, STARTS, {2, 6}, {}, with_nothing)
    rewrite(once, twice, (4,), {6}, {}, with_nothing)

    assert once.read_bytes() == twice.read_bytes() == b"id,said\r\n\n\r\nben,\xf3\r\n\n"


def with_nothing(record: str, who: str) -> str:
    raise AssertionError(record, who)
