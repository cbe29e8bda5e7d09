"""Made files of every dataset, as feeds are: good, bad, late and repeated rows, in several forms."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from lake.contract.examples import rows as made

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lake.contract.contract import Contract

    Row = tuple[str, ...]

ROWS: Final = 300
"""Good rows of a dataset in all."""
LATE: Final = (20, 10)
"""Rows that come late, within the window and beyond it."""
_BAD_LINES: Final = (b'"half a quote,1\n', b"one,two\n", b"\xff\xfe,not,text\n", b"nul\x00,\n")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]+Z)?")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a feed.

    Attributes:
        dataset: whose it claims to be.
        name: as whoever hands it in calls it.
        content: its bytes.
    """

    dataset: str
    name: str
    content: bytes


def first_files(contract: Contract) -> list[File]:
    """What comes first: good rows; some of them again among new and bad ones, one file twice, one that is none."""
    rows = made(contract, ROWS)
    good = as_csv(contract, rows[: ROWS // 2])
    mixed = as_csv(contract, rows[ROWS // 3 : ROWS * 2 // 3], windows=True) + b"".join(_BAD_LINES)
    return [
        File(contract.dataset, "first.csv", good),
        File(contract.dataset, "first-once-more.csv", good),
        File(contract.dataset, "mixed.csv", mixed + _lacking(contract, rows[0])),
        File(contract.dataset, "other.csv", b"nothing,of,this,contract\n1,2,3,4\n" if contract.feed.header else b""),
    ]


def later_files(contract: Contract) -> list[File]:
    """What comes when silver has rows: the rest, packed; late rows within the window, and beyond it; JSON lines."""
    rest, late = later_rows(contract)
    half = len(rest) // 2
    files = [
        File(contract.dataset, "rest.csv.gz", gzip.compress(as_csv(contract, rest[:half]), mtime=0)),
        File(contract.dataset, "rest.jsonl", as_json_lines(contract, rest[half:])),
    ]
    if late:
        files.append(File(contract.dataset, "late.csv", as_csv(contract, late)))
    return files


def later_rows(contract: Contract) -> tuple[list[Row], list[Row]]:
    """The rows that come when silver has some: the rest; and `LATE` late ones within the window, and beyond it."""
    rest = made(contract, ROWS)[ROWS * 2 // 3 :]
    window = contract.merge_window
    if window is None:
        return rest, []
    within, beyond = LATE
    late = [shifted(contract, row, window / 2) for row in rest[:within]]
    return rest, late + [shifted(contract, row, window * 2) for row in rest[within : within + beyond]]


def as_csv(contract: Contract, rows: Sequence[Row], *, windows: bool = False) -> bytes:
    """Rows as a file of their contract has them; as Windows writes it, with a byte order mark and its line ends."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=contract.feed.delimiter, lineterminator="\r\n" if windows else "\n")
    if contract.feed.header:
        writer.writerow(contract.columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig" if windows and contract.feed.header else "utf-8")


def as_json_lines(contract: Contract, rows: Sequence[Row]) -> bytes:
    """Rows as JSON lines; what is missing has no name there."""
    lines = (dict(zip(contract.columns, row, strict=True)) for row in rows)
    return b"".join(json.dumps({k: v for k, v in line.items() if v}).encode() + b"\n" for line in lines)


def shifted(contract: Contract, row: Row, back: timedelta) -> Row:
    """A row as if it had happened earlier: all its times and days are, so that they stay in order.

    A key that does not have the time in it is made another one, or the row would be a repeated one.
    """

    def moved(text: str) -> str:
        fits = "%Y-%m-%dT%H:%M:%SZ" if "T" in text else "%Y-%m-%d"
        return (datetime.strptime(text, fits) - back).strftime(fits)  # noqa: DTZ007 - text to text

    values = dict(zip(contract.columns, row, strict=True))
    for name, value in values.items():
        if contract.columns[name].type.is_ordered_in_time and _MOMENT.fullmatch(value):
            values[name] = moved(value)
    if contract.event_time not in contract.key:
        name = contract.key[0]
        values[name] = re.sub(r"([0-9]+)(?=[^0-9]*$)", lambda digits: f"9{digits[1]}", values[name])
    return tuple(values.values())


def _lacking(contract: Contract, row: Row) -> bytes:
    """A row whose key is missing."""
    values = dict(zip(contract.columns, row, strict=True)) | {contract.key[0]: ""}
    headerless = contract.model_copy(update={"feed": contract.feed.model_copy(update={"header": False})})
    return as_csv(headerless, [tuple(values.values())])
