"""Lines of JSON, from bytes to the rows that are handed on."""

from __future__ import annotations

import gzip
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.domain.errors import InvalidFile
from lake.contract.examples import rows as made_rows
from lake.contract.reading import contracts
from lake.ingestion.conversion import LINE, Account, convert_file
from lake.ingestion.forms import Form
from lake.ingestion.objects import object_decoder
from lake.ingestion.records import FileReason
from lake.ingestion.rows import NoRow, read_rows
from tests.unit.lake.ingestion.made import RECEIVED

if TYPE_CHECKING:
    from pathlib import Path

PRICES = contracts()["fx_prices"]
GOOD = b'{"pair": "USD/MXN", "event_time": "2024-01-05T14:15:00Z", "bid": 16.8512, "ask": "16.8598"}'


def typed(
    tmp_path: Path, content: bytes, form: Form = Form.JSON_LINES, dataset: str = "fx_prices"
) -> tuple[Account, list[Any], list[Any]]:
    file, rows, quarantine = (tmp_path / name for name in ("file", "rows.parquet", "quarantine.parquet"))
    file.write_bytes(content)
    account = convert_file(file, contracts()[dataset], rows, quarantine, received_at=RECEIVED, form=form)
    assert account.unaccounted == 0
    return account, pq.read_table(rows).to_pylist(), pq.read_table(quarantine).to_pylist()


def test_numbers_are_taken_digit_by_digit_and_what_is_null_or_absent_is_missing(tmp_path: Path) -> None:
    line = GOOD.replace(b"16.8512", b"0.10000000000000001").replace(b"}", b', "arrived_at": null}')

    _, rows, aside = typed(tmp_path, line + b"\r\n\n" + GOOD)

    assert [(row["bid"], row["ask"], row["arrived_at"], row[LINE]) for row in rows] == [
        (Decimal("0.10000000000000001"), Decimal("16.8598"), None, 1),
        (Decimal("16.8512"), Decimal("16.8598"), None, 3),
    ]
    assert aside == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", FileReason.NO_OBJECT),
        (b"USD/MXN,2024-01-05T14:15:00Z,16,17", FileReason.NO_OBJECT),
        (GOOD + GOOD, FileReason.NO_OBJECT),
        (b"[1, 2]", FileReason.NO_OBJECT),
        (b"17", FileReason.NO_OBJECT),
        (b"[" * 100_000, FileReason.NO_OBJECT),
        (GOOD.replace(b"16.8512", b"[16.8512]"), FileReason.NESTED),
        (GOOD.replace(b"16.8512", b'{"bid": 16.8512}'), FileReason.NESTED),
        (GOOD.replace(b'"bid"', b'"bet"'), FileReason.UNKNOWN_COLUMN),
        (GOOD.replace(b'"ask"', b'"bid"'), FileReason.REPEATED_COLUMN),
        (GOOD.replace(b"16.8512", b"NaN"), FileReason.NOT_A_NUMBER),
        (GOOD.replace(b"16.8512", b"-Infinity"), FileReason.NOT_A_NUMBER),
        (GOOD.replace(b"MXN", b"M\xffN"), FileReason.ENCODING),
        (GOOD.replace(b"MXN", b"\\ud800"), FileReason.ENCODING),
        (GOOD.replace(b"MXN", b"M\0N"), FileReason.NUL),
        (GOOD.replace(b"MXN", b"\\u0000"), FileReason.NUL),
        (b'"' + b"x" * (1 << 21) + b'"', FileReason.TOO_LONG),
    ],
)
def test_a_line_that_is_no_row_costs_itself_alone(tmp_path: Path, line: bytes, reason: FileReason) -> None:
    account, rows, [aside] = typed(tmp_path, GOOD + b"\n" + line + b"\n" + GOOD + b"\n")

    assert [row[LINE] for row in rows] == [1, 3]
    assert (aside[LINE], aside["reasons"]) == (2, [reason.value])
    assert line.startswith(aside["raw"])
    assert account.quarantine == {reason.value: 1}


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ((b', "ask": "16.8598"', b""), ["missing"]),
        ((b"16.8512", b"16.8512e0"), ["bad_number"]),
        ((b"16.8512", b"true"), ["bad_number"]),
        ((b"16.8512", b"17"), ["crossed"]),
    ],
)
def test_an_object_is_judged_by_its_contract_as_any_row_is(
    tmp_path: Path, change: tuple[bytes, bytes], reasons: list[str]
) -> None:
    line = GOOD.replace(*change)
    _, _, [aside] = typed(tmp_path, line)

    assert (aside["reasons"], aside["raw"]) == (reasons, line)


def test_no_reason_repeats_what_a_line_says(tmp_path: Path) -> None:
    lines = [b"secret", b'{"secret": 1}', b'{"pair": ["secret"]}', b'{"pair": "secret"}', b'{"pair": "secret\\ud800"}']

    account, _, aside = typed(tmp_path, b"\n".join(lines))

    assert account.quarantine.total() == len(lines)
    assert "secret" not in str([row["says"] for row in aside])


@pytest.mark.parametrize("content", [b"", b"\xff\xfe{", gzip.compress(GOOD)])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidFile):
        typed(tmp_path, content)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("dataset", ["fx_transactions", "shop_orders", "hr_jobs"])
@pytest.mark.parametrize("form", [Form.CSV, Form.CSV_GZIP, Form.JSON_LINES, Form.JSON_LINES_GZIP])
def test_the_same_rows_come_out_of_every_form(tmp_path: Path, dataset: str, form: Form) -> None:
    contract = contracts()[dataset]
    made = made_rows(contract, 40, seed=5)
    head = [tuple(contract.columns)] if contract.feed.header else []
    table = "".join(",".join(row) + "\n" for row in [*head, *made])
    lines = "".join(json.dumps(dict(zip(contract.columns, row, strict=True))) + "\n" for row in made)
    content = (table if form.is_csv else lines).encode()

    account, rows, _ = typed(tmp_path, gzip.compress(content) if form.is_gzip else content, form, dataset)
    _, expected, _ = typed(tmp_path, table.encode(), Form.CSV, dataset)

    assert account.typed == 40
    assert [{**row, LINE: 0} for row in rows] == [{**row, LINE: 0} for row in expected]


def test_a_gzip_that_is_cut_short_leaves_nothing_behind(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b'{"pair": "%d"}\n' % number for number in range(100_000)))

    with pytest.raises(InvalidFile, match="cut short"):
        typed(tmp_path, packed[:-9], Form.JSON_LINES_GZIP)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@settings(deadline=None)
@given(line=st.binary(max_size=60) | st.text("{}[]\":,ed0pair'- \\u\n", max_size=40).map(str.encode))
def test_whatever_a_line_is_it_is_read_or_told(line: bytes) -> None:
    decode = object_decoder(PRICES)
    try:
        texts = decode(line.decode(errors="replace").encode())
    except NoRow as problem:
        assert problem.says
    else:
        assert texts.keys() <= PRICES.columns.keys()


def test_blocks_and_reads_make_no_difference() -> None:
    content = b"\n".join([GOOD, b"", b"{", GOOD, b"x" * 200, GOOD + b"\r"])
    decode = object_decoder(PRICES)

    def whole(block_rows: int) -> tuple[list[int], list[int]]:
        blocks = list(read_rows(io.BytesIO(content), PRICES, decode, block_rows=block_rows, longest=150))
        return (
            [line for block in blocks for line in block.lines.tolist()],
            [each.line for block in blocks for each in block.set_aside],
        )

    assert whole(1) == whole(1000) == ([1, 4, 6], [3, 5])
