from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidInput
from local.ministack.crawling.kinds import csv_separator, has_quotes, kind

if TYPE_CHECKING:
    from pathlib import Path


def a_file(folder: Path, content: bytes) -> Path:
    file = folder / "file"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"PAR1....PAR1", "parquet"),
        (b'{"a": 1}\n{"a": 2}\n', "json"),
        (b"a,b\n1,2\n", "csv"),
        (b"\xef\xbb\xbfa\tb\r\n1\t2\r\n", "csv"),
        (gzip.compress(b"a,b\n1,2\n"), "csv"),
        (b"a,b\n" + b'1,"x, y"\n' * 20_000, "csv"),
    ],
    ids=["parquet", "json", "csv", "marked", "zipped", "long"],
)
def test_the_kind_of_a_file_is_told_by_its_content(tmp_path: Path, content: bytes, wanted: str) -> None:
    assert kind(a_file(tmp_path, content), "s3://b/k") == wanted


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n", b"one\ntwo\n", b"a,b\n1,2,3\n", b"[1, 2]\n", b"\xff\xfe\x00", b"a,b\n\xff,2\n"],
    ids=["empty", "header", "one column", "ragged", "array", "bytes", "no UTF-8"],
)
def test_a_file_of_no_kind_is_named(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidInput, match="^s3://b/k: neither Parquet, nor JSON lines, nor CSV"):
        kind(a_file(tmp_path, content), "s3://b/k")


def test_the_separator_is_the_one_that_cuts_all_lines_alike(tmp_path: Path) -> None:
    assert csv_separator(a_file(tmp_path, b'id;name\n1;"a;b"\n2;c,d\n')) == ";"


def test_quotes_are_found_in_a_zipped_file_too(tmp_path: Path) -> None:
    assert has_quotes(a_file(tmp_path, gzip.compress(b'a,b\n"1",2\n')))
    assert not has_quotes(a_file(tmp_path, gzip.compress(b"a,b\n1,2\n")))
