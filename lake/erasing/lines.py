"""Files as they were received, without the records that name persons; every other line keeps its number.

A record that goes leaves its line ends behind: empty lines are no records. What was gzipped is so again.
"""

from __future__ import annotations

import csv
import gzip
import io
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from lake.erasing.decoding import is_gzip

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO, TextIO

_BYTES: Final = "latin-1"
"""Each byte as a character, so that what is no UTF-8 comes through as it is."""


def records(file: Path, starts: Sequence[int]) -> Iterator[tuple[int, str]]:
    """A file in pieces that make up all of it.

    Args:
        file: lines, gzipped or not.
        starts: the lines, from 1 and in order, at which its records begin.

    Returns:
        Each record with its first line, bytes as characters; what stands before the first one, with line 0.
    """
    with file.open("rb") as raw, _reading(raw, zipped=_zipped(file)) as lines:
        number = 1
        for start, end in pairwise((0, *starts, None)):
            held = []
            while end is None or number < end:
                line = lines.readline()
                if not line:
                    break
                held.append(line)
                number += 1
            if held:
                yield start or 0, "".join(held)


def rewrite(
    file: Path,
    to: Path,
    starts: Sequence[int],
    gone: Collection[int],
    kept: Mapping[int, str],
    put: Callable[[str, str], str],
) -> None:
    """Write a file without some records, and with pseudonyms in others.

    Args:
        file: lines, gzipped or not.
        to: where it is written.
        starts: as of `records`.
        gone: first lines of the records that go.
        kept: first lines of those that stay, and what stands in for the person in each.
        put: gives such a record, as text with its line end, with the pseudonym in it.
    """
    with to.open("wb") as raw, _writing(raw, zipped=_zipped(file)) as out:
        for start, record in records(file, starts):
            if start in gone:
                out.write(_ends(record))
            elif start in kept:
                out.write(put(text_of(record), kept[start]).encode().decode(_BYTES))
            else:
                out.write(record)


def text_of(record: str) -> str:
    """A record of `records` as text; what is no UTF-8 in it is replaced."""
    return record.encode(_BYTES).decode("utf-8", "replace")


def with_field(record: str, value: str, column: int, sign: str) -> str:
    r"""A record of CSV with another value in a field.

    >>> with_field("ana,BUY\r\n", "erased-1", 0, ",")
    'erased-1,BUY\r\n'
    """
    bare = record.rstrip("\r\n")
    [fields] = csv.reader(io.StringIO(bare, newline=""), delimiter=sign)
    fields[column] = value
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=sign, lineterminator=record[len(bare) :]).writerow(fields)
    return out.getvalue()


def _ends(record: str) -> str:
    return "".join(line[len(line.rstrip("\r\n")) :] for line in io.StringIO(record, newline=""))


def _zipped(file: Path) -> bool:
    with file.open("rb") as raw:
        return is_gzip(raw.read(2))


@contextmanager
def _reading(raw: BinaryIO, *, zipped: bool) -> Iterator[TextIO]:
    source = gzip.GzipFile(fileobj=raw) if zipped else raw
    with io.TextIOWrapper(source, encoding=_BYTES, newline="") as lines:
        yield lines


@contextmanager
def _writing(raw: BinaryIO, *, zipped: bool) -> Iterator[TextIO]:
    sink = gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) if zipped else raw
    with io.TextIOWrapper(sink, encoding=_BYTES, newline="") as lines:
        yield lines
