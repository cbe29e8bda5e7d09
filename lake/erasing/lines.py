"""Files as they were received, without the records that name persons; every other line keeps its number.

A record that goes leaves its line ends behind: empty lines are no records.
"""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

_BYTES: Final = "latin-1"
"""Each byte as a character, so that what is no UTF-8 comes through as it is."""


def records(file: Path, starts: Sequence[int]) -> Iterator[tuple[int, str]]:
    """A file in pieces that make up all of it.

    Args:
        file: CSV.
        starts: the lines, from 1 and in order, at which its records begin.

    Returns:
        Each record with its first line, bytes as characters; what stands before the first one, with line 0.
    """
    with file.open(encoding=_BYTES, newline="") as lines:
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
    file: Path, to: Path, starts: Sequence[int], gone: Collection[int], kept: Mapping[int, str], column: int, sign: str
) -> None:
    """Write a file without some records, and with pseudonyms in others.

    Args:
        file: CSV.
        to: where it is written.
        starts: as of `records`.
        gone: first lines of the records that go.
        kept: first lines of those that stay, and what stands in for the person in each.
        column: the field of those that has the id, from 0.
        sign: what stands between two fields.
    """
    with to.open("w", encoding=_BYTES, newline="") as out:
        for start, record in records(file, starts):
            if start in gone:
                out.write(_ends(record))
            elif start in kept:
                out.write(_with(record, kept[start], column, sign))
            else:
                out.write(record)


def text_of(record: str) -> str:
    """A record of `records` as text; what is no UTF-8 in it is replaced."""
    return record.encode(_BYTES).decode("utf-8", "replace")


def _ends(record: str) -> str:
    return "".join(line[len(line.rstrip("\r\n")) :] for line in io.StringIO(record, newline=""))


def _with(record: str, pseudonym: str, column: int, sign: str) -> str:
    end = record[len(record.rstrip("\r\n")) :]
    [fields] = csv.reader(io.StringIO(record.rstrip("\r\n"), newline=""), delimiter=sign)
    fields[column] = pseudonym
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=sign, lineterminator=end).writerow(fields)
    return out.getvalue()
