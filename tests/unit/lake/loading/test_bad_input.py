"""Whatever is handed in, a whole run says of each of its rows what became of it, and keeps no good row out."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any, Final, NamedTuple

import pytest

from lake.ingestion.records import LONGEST
from lake.loading import accounting
from lake.loading.load import UNKNOWN
from tests.unit.lake.loading.small_lake import DATASET, Reading, SmallLake, csv_of, readings

CONTRACT: Final = readings()
PRICED: Final = CONTRACT.model_copy(
    update={"columns": {**CONTRACT.columns, "level": CONTRACT.columns["level"].model_copy(update={"least": 0})}}
)
"""Levels are amounts, none of which is negative."""
HEADER: Final = ",".join(CONTRACT.columns).encode() + b"\n"


class Became(NamedTuple):
    """What became of the rows of a file.

    Attributes:
        rows: how many it has.
        silver: how many are the row of their key.
        duplicates: how many another one of their key covers.
        reasons: how many were set aside for which reason.
    """

    rows: int
    silver: int = 0
    duplicates: int = 0
    reasons: dict[str, int] = {}


REFUSED: Final = Became(1, reasons={"refused_file": 1})


def rows(*some: Reading) -> bytes:
    """Rows as a file has them, without a header."""
    return csv_of(CONTRACT, some).removeprefix(HEADER)


def good(sensor: str) -> bytes:
    return rows(Reading(sensor))


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", content)
    return out.getvalue()


def with_one_bad(name: str, reason: str, **wrong: str) -> tuple[str, bytes, Became]:
    """A file of two good rows and a bad one between them."""
    content = HEADER + rows(Reading(f"{name}-1"), Reading(f"{name}-2", **wrong), Reading(f"{name}-3"))
    return f"{name}.csv", content, Became(3, 2, reasons={reason: 1})


WHOLE: Final = [
    ("another-header.csv", b"a,b\n1,2\n", REFUSED),
    ("one-column-more.csv", HEADER.strip() + b",more\n" + good("x").strip() + b",1\n", REFUSED),
    ("one-column-less.csv", HEADER.replace(b",note", b"") + b"x,2024-05-01T10:00:00Z,1,1.50,,,\n", REFUSED),
    ("other-order.csv", HEADER.replace(b"sensor,at", b"at,sensor") + good("x"), REFUSED),
    ("a-column-twice.csv", HEADER.replace(b"at,", b"at,at,") + good("x"), REFUSED),
    ("no-header.csv", good("x"), REFUSED),
    ("nothing.csv", b"", REFUSED),
    ("nothing-but-lines.csv", b"\r\n\n\r", REFUSED),
    ("nothing-but-a-mark.csv", b"\xef\xbb\xbf", REFUSED),
    ("nothing-but-a-header.csv", HEADER, Became(0)),
    ("two-bytes-a-letter.csv", (HEADER + good("x")).decode().encode("utf-16"), REFUSED),
    ("bomb.csv.gz", gzip.compress(HEADER + b"0" * (3 << 20)), REFUSED),
    ("cut-short.csv.gz", gzip.compress(HEADER + good("x"))[:-6], REFUSED),
    ("no-gzip.csv.gz", HEADER + good("x"), REFUSED),
    ("secretly-gzip.csv", gzip.compress(HEADER + good("y")), REFUSED),
    ("zip.csv", zipped(HEADER + good("x")), REFUSED),
    ("book.xlsx", zipped(b"<xml/>"), REFUSED),
    ("no-form", HEADER + good("x"), REFUSED),
]
"""Files that are refused as a whole, and count as one row; and one that has none."""
LINES: Final = [
    ("ragged.csv", HEADER + b"x,1\n" + good("ragged") + good("x").strip() + b",1\n", Became(3, 1, 0, {"ragged": 2})),
    ("open-quote.csv", HEADER + good("q1") + b'x,"never closed\n' + good("q2"), Became(3, 2, 0, {"quotes": 1})),
    ("latin-1.csv", HEADER + good("l1") + b"Bogot\xe1" + good(""), Became(2, 1, 0, {"encoding": 1})),
    ("zero-byte.csv", HEADER + b"z\0" + good("") + good("z1"), Became(2, 1, 0, {"nul": 1})),
    ("endless.csv", HEADER + b"e" * (LONGEST + 1) + good("") + good("e1"), Became(2, 1, 0, {"too_long": 1})),
    with_one_bad("european-day", "bad_date", day="05/01/2024"),
    with_one_bad("no-such-day", "bad_date", day="2023-02-29"),
    with_one_bad("time-without-zone", "bad_time", at="2024-05-01T10:00:00"),
    with_one_bad("time-with-a-blank", "bad_time", at="2024-05-01 10:00"),
    with_one_bad("a-wrong-clock", "in_the_future", at="9999-05-01T10:00:00Z"),
    with_one_bad("nan", "not_a_number", level="NaN"),
    with_one_bad("infinite", "not_a_number", share="-Infinity"),
    with_one_bad("beyond-a-double", "bad_number", share="1e999"),
    with_one_bad("decimal-comma", "bad_number", level="1,50"),
    with_one_bad("too-exact", "bad_number", level="1.505"),
    with_one_bad("negative", "out_of_range", level="-0.01"),
    with_one_bad("no-flag", "bad_flag", good="yes"),
    with_one_bad("no-key", "missing", at=""),
    (
        "objects.jsonl",
        b'{"sensor":"j1","at":"2024-05-01T10:00:00Z","version":1}\n{"sensor":["j2"]}\n[1]\n{"sensor":NaN}\n'
        b'{"sensor":"j3","other":1}\n{"sensor":"j4","sensor":"j5"}\n{"sensor":\n',
        Became(
            7, 1, reasons={"nested": 1, "no_object": 2, "not_a_number": 1, "repeated_column": 1, "unknown_column": 1}
        ),
    ),
]
"""Lines that cost themselves and nothing else."""
SOUND: Final = [
    ("mark.csv", b"\xef\xbb\xbf" + HEADER + good("m1"), Became(1, 1)),
    (
        "line-ends.csv",
        (HEADER + good("n1")).replace(b"\n", b"\r\n") + good("n2").replace(b"\n", b"\r") + b"\r\n" + good("n3").strip(),
        Became(3, 3),
    ),
    ("thrice.csv", HEADER + good("t1") * 3, Became(3, 1, 2)),
    ("formula.csv", HEADER + rows(Reading("=1+1", note='=HYPERLINK("http://x")')), Became(1, 1)),
    ("'; DROP TABLE silver.readings; --.csv", HEADER + good("d1"), Became(1, 1)),
    ("..%2f..%2ftyped%2f$(id) \n é.csv", HEADER + good("d2"), Became(1, 1)),
]
"""What looks bad and is none."""


def became(lake: SmallLake, dataset: str) -> dict[str, Became]:
    """What became of each file."""
    return {
        entry.load.name: Became(entry.rows_in, entry.silver, entry.duplicates, entry.quarantine)
        for entry in accounting.kept(lake.objects, dataset)
    }


@pytest.mark.slow
def test_of_every_row_that_is_handed_in_is_known_what_became_of_it(lake: SmallLake) -> None:
    lake.contract = PRICED
    files: list[tuple[str, bytes, Any]] = [*WHOLE, *LINES, *SOUND]
    for name, content, _ in files:
        lake.objects.put(f"landing/{DATASET}/{name}", content)
    strange = {"nobody/a.csv": HEADER + good("x"), "loose.csv": good("x")}
    for name, content in strange.items():
        lake.objects.put(f"landing/{name}", content)

    assert lake.bring_in().unaccounted == 0

    assert became(lake, DATASET) == {name: wanted for name, _, wanted in files}
    assert became(lake, UNKNOWN) == {
        name.rpartition("/")[2]: Became(1, reasons={"unknown_dataset": 1}) for name in strange
    }
    assert len(lake.silver()) == sum(wanted.silver for _, _, wanted in files)
    assert len(lake.set_aside()) == sum(sum(wanted.reasons.values()) for _, _, wanted in files)
    assert [each.key for each in lake.objects.listed("typed/") if ".." in each.key] == []


def test_a_row_that_is_in_two_files_counts_once(lake: SmallLake) -> None:
    lake.hand_in("a.csv", [Reading("s1"), Reading("s2")])
    lake.hand_in("b.csv", [Reading("s2"), Reading("s3")])
    lake.bring_in()
    assert sorted((each.rows, each.silver, each.duplicates) for each in became(lake, DATASET).values()) == [
        (2, 1, 1),
        (2, 2, 0),
    ]
    assert [row[0] for row in lake.silver()] == ["s1", "s2", "s3"]
