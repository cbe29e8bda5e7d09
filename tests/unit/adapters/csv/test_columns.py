from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from divisa.adapters.csv.columns import read_columns
from divisa.adapters.csv.kinds import Moment, Name, Number, Probability, decimal, floats
from divisa.adapters.csv.table import Unusable, not_negative, pair_of, positive, user_of
from divisa.domain.errors import InvalidFile, InvalidRow

if TYPE_CHECKING:
    from pathlib import Path

    from divisa.adapters.csv.kinds import Kind


def contract() -> dict[str, Kind]:
    return {
        "user_id": Name(user_of),
        "at": Moment("at"),
        "pair": Name(pair_of),
        "price": Number(partial(positive, "price")),
        "balance": Number(partial(not_negative, "balance"), least=0),
        "p": Probability(),
    }


HEADER = ",".join(contract())
ONE_BY_ONE = {"user_id": user_of, "pair": pair_of}


def read_in_columns(path: Path, block_bytes: int) -> tuple[list[list[Any]], list[tuple[int, str]]]:
    """Rows with their lines, and what was rejected, by line."""
    rejected: list[InvalidRow] = []
    kinds = contract()
    read = read_columns(path, kinds, rejected.append, block_bytes=block_bytes)
    rows = []
    for number, line in enumerate(read.lines.tolist()):
        row: list[Any] = [line]
        for name, kind in kinds.items():
            value = read[name][number]
            if isinstance(kind, Name):
                row.append(kind.values[value])
            else:
                row.append(decimal(value) if isinstance(kind, Number) else value.item())
        rows.append(row)
    return rows, sorted((problem.line, problem.reason) for problem in rejected)


def read_plainly(path: Path) -> tuple[list[list[Any]], list[tuple[int, str]]]:
    """The same by the rules that define the contract, one field at a time."""
    rows, rejected = [], []
    kinds = contract()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for fields in reader:
            if not fields:
                continue
            if len(fields) != len(kinds):
                rejected.append((reader.line_num, "ragged"))
                continue
            row: list[Any] = [reader.line_num]
            try:
                for (name, kind), text in zip(kinds.items(), fields, strict=True):
                    if name in ONE_BY_ONE:
                        row.append(ONE_BY_ONE[name](text.strip()))
                    else:
                        value = kind.one(text.strip())
                        row.append(decimal({"digits": value[0], "places": value[1]}) if name in NUMBERS else value)
            except Unusable as problem:
                rejected.append((reader.line_num, problem.reason.value))
                continue
            rows.append(row)
    return rows, sorted(rejected)


NUMBERS = ("price", "balance")
USERS = st.sampled_from(["ana", "bea", " ana ", "", "añá", "x" * 70, 'b"ea', '"bea"', '"a,b"', '"two\nlines"', "=1"])
OFFSETS = st.sampled_from(["Z", "+00:00", "-06:00", "+05:30", "-23:59", "+24:00", "", "z", "+0530", " Z"])
DATES = st.datetimes(datetime(1890, 1, 1), datetime(2210, 1, 1)).map(lambda at: at.isoformat())  # noqa: DTZ001
SPELLINGS = st.sampled_from(
    [
        "2024-02-30T00:00:00",
        "2023-02-29T00:00:00",
        "2024-02-29T23:59:59.5",
        "2024-01-05",
        "then",
        "2024-01-05 10:00:00.123",
    ]
)
TIMES = st.tuples(DATES | SPELLINGS, OFFSETS).map("".join)
PAIRS = st.sampled_from(["USD/MXN", "USD/BRL", "EUR/USD", "usd/mxn", "MXN", " USD/MXN", "USD/USD"])
PLACES = st.tuples(st.integers(0, 10**18), st.integers(0, 20)).map(lambda n: f"{n[0]}.{'0' * n[1]}{n[0] % 97}")
DECIMALS = (
    PLACES
    | st.integers(-10, 10**19).map(str)
    | st.sampled_from(["0", "0.00", "1.", ".5", "1.5.5", "nan", "-inf", "1e5", "", " 2.50 ", "+3", "17.0532", "0.1"])
)
SHARES = st.floats(0, 1).map(str) | st.sampled_from(["0", "1", "1.0", "1.01", "0.5", "", "x", "nan", "-0.1"])
ROWS = st.tuples(USERS, TIMES, PAIRS, DECIMALS, DECIMALS, SHARES).map(",".join)
GOOD = "ana,2024-01-05T14:15:00Z,USD/MXN,17.0532,0,0.25"
ODD = st.sampled_from([GOOD, GOOD.replace("ana", "bea"), "", "ana,1", '""', " ", f"{GOOD},more"])
LINES = st.lists(ROWS | ODD, min_size=1)
BLOCKS = st.sampled_from([64, 300, 1 << 20])


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    lines=LINES,
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.booleans(),
    block=BLOCKS,
)
@example(lines=[GOOD, '"ana","2024-01-05T14:15:00Z","USD/MXN","1","1","1"', GOOD], ends="\n", last=False, block=1 << 20)
def test_columns_say_of_every_file_what_the_rules_say_field_by_field(
    tmp_path: Path, lines: list[str], ends: str, last: bool, block: int
) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes((ends.join([HEADER, *lines]) + ends * last).encode())
    try:
        expected = read_plainly(path)
    except csv.Error:
        return
    if expected == ([], []):
        with pytest.raises(InvalidFile, match="has a header and no rows"):
            read_in_columns(path, block)
    else:
        assert read_in_columns(path, block) == expected


def test_a_number_is_rounded_as_its_text_is(tmp_path: Path) -> None:
    texts = ["0.1", "17.0532", "9007199254740993", "123456789012345.678", "0.00000000000000001"]
    path = tmp_path / "f.csv"
    path.write_text("\n".join(["price", *texts]), encoding="utf-8")

    read = read_columns(path, {"price": Number(partial(positive, "price"))}, on_reject=print)

    assert floats(read["price"]).tolist() == [float(text) for text in texts]
    assert [f"{decimal(number):f}" for number in read["price"]] == texts


def test_names_are_told_apart_by_all_of_their_letters(tmp_path: Path) -> None:
    texts = [f"user-{number:03d}-{'x' * (number % 60)}" for number in range(500)]
    path = tmp_path / "f.csv"
    path.write_text("\n".join(["user_id", *texts, *texts]), encoding="utf-8")
    users = Name(user_of)

    read = read_columns(path, {"user_id": users}, on_reject=print, block_bytes=1000)

    assert [users.values[number] for number in read["user_id"]] == texts + texts


def test_times_are_moments_whatever_clock_they_were_read_from(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(
        "at\n2024-01-05T14:15:00Z\n2024-01-05T08:15:00-06:00\n2024-01-05T19:45:00.000+05:30\n", encoding="utf-8"
    )

    read = read_columns(path, {"at": Moment("at")}, on_reject=print)

    assert np.unique(read["at"]).tolist() == [int(datetime(2024, 1, 5, 14, 15, tzinfo=UTC).timestamp()) * 1_000_000]


def test_an_optional_column_may_stand_behind_the_others_and_no_other_may(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    kinds: dict[str, Kind] = {"user_id": Name(user_of)}
    path.write_text("user_id,at\nana,2024-01-05T14:15:00Z\n", encoding="utf-8")
    assert "at" in read_columns(path, kinds, print, optional={"at": Moment("at")}).values

    path.write_text("user_id,when\nana,2024-01-05T14:15:00Z\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"its first line must be user_id \(and at\)"):
        read_columns(path, kinds, print, optional={"at": Moment("at")})


def test_a_mark_of_another_byte_order_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(io.BytesIO("user_id\nana\n".encode("utf-16")).getvalue())

    with pytest.raises(InvalidFile, match="is not UTF-8 text"):
        read_columns(path, {"user_id": Name(user_of)}, print)
