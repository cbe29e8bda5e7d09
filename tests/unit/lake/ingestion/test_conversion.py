from __future__ import annotations

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from divisa.domain.errors import InvalidFile
from lake.contract.examples import rows as made_rows
from lake.contract.reading import contracts
from lake.ingestion.conversion import LINE, Account, convert_file
from tests.unit.lake.ingestion.made import RECEIVED

if TYPE_CHECKING:
    from pathlib import Path

PRICES = contracts()["fx_prices"]
HEADER = b"pair,event_time,bid,ask\n"
GOOD = b"USD/MXN,2024-01-05T14:15:00Z,16.8512,16.8598\n"


def typed(tmp_path: Path, content: bytes, dataset: str = "fx_prices") -> tuple[Account, list[Any], list[Any]]:
    file, rows, quarantine = (tmp_path / name for name in ("file.csv", "rows.parquet", "quarantine.parquet"))
    file.write_bytes(content)
    account = convert_file(file, contracts()[dataset], rows, quarantine, received_at=RECEIVED)
    assert account.unaccounted == 0
    return account, pq.read_table(rows).to_pylist(), pq.read_table(quarantine).to_pylist()


def test_a_good_row_has_the_types_of_its_contract_and_the_line_where_it_stood(tmp_path: Path) -> None:
    account, [row], aside = typed(tmp_path, HEADER + GOOD)

    assert row == {
        "pair": "USD/MXN",
        "event_time": datetime(2024, 1, 5, 14, 15, tzinfo=UTC).replace(tzinfo=None),
        "bid": Decimal("16.8512"),
        "ask": Decimal("16.8598"),
        "arrived_at": None,
        LINE: 2,
    }
    assert (account.rows_in, account.typed, aside) == (1, 1, [])


def test_every_bad_row_is_kept_as_it_was_with_its_line_and_all_reasons_in_the_order_of_the_file(tmp_path: Path) -> None:
    bad = [
        b"USD/MXN,yesterday,0,NaN\n",
        b"USD/MXN,2024-01-05T14:15:00Z,16.86\n",
        b"USD/MXN,2024-01-05T14:15:00Z,17,16\n",
        b"US\xc9/MXN,2024-01-05T14:15:00Z,16,17\n",
    ]

    account, rows, aside = typed(tmp_path, HEADER + bad[0] + GOOD + b"\n" + b"".join(bad[1:]))

    assert [(row[LINE], row["raw"].strip(), row["reasons"]) for row in aside] == [
        (2, bad[0].strip(), ["bad_time", "out_of_range", "not_a_number"]),
        (5, bad[1].strip(), ["ragged"]),
        (6, bad[2].strip(), ["crossed"]),
        (7, bad[3].strip(), ["encoding"]),
    ]
    assert [row[LINE] for row in rows] == [3]
    assert account.rows_in == 5
    assert account.quarantine == {"bad_time": 1, "ragged": 1, "crossed": 1, "encoding": 1}


def test_reasons_in_words_repeat_nothing_of_the_row(tmp_path: Path) -> None:
    _, _, [row] = typed(tmp_path, HEADER + b"secret,secret,secret,secret\n")

    assert len(row["says"]) == len(row["reasons"]) == 4
    assert "secret" not in "".join(row["says"])


def test_a_wrong_clock_costs_its_own_row_and_not_those_that_come_after_it(tmp_path: Path) -> None:
    _, [row], [aside] = typed(tmp_path, HEADER + GOOD.replace(b"2024", b"2042") + GOOD)

    assert (row[LINE], aside[LINE], aside["reasons"]) == (3, 2, ["in_the_future"])


@pytest.mark.parametrize("content", [b"", gzip.compress(HEADER + GOOD), b"pair,bid\n"])
def test_a_file_that_is_none_of_the_contract_leaves_nothing_behind(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidFile):
        typed(tmp_path, content)

    assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]


def test_a_header_without_rows_is_a_file_of_none(tmp_path: Path) -> None:
    account, rows, aside = typed(tmp_path, HEADER)

    assert (account.rows_in, rows, aside) == (0, [], [])


def test_values_with_delimiters_quotes_and_line_ends_are_whole(tmp_path: Path) -> None:
    content = b'1,"Sales, ""North""\nand South"\n2,=1+1\n'

    _, rows, aside = typed(tmp_path, content, "hr_departments")

    assert [(row["id"], row["department"], row[LINE]) for row in rows] == [
        (1, 'Sales, "North"\nand South', 1),
        (2, "=1+1", 3),
    ]
    assert aside == []


@pytest.mark.parametrize("dataset", contracts())
def test_what_is_made_from_a_contract_is_of_that_contract(tmp_path: Path, dataset: str) -> None:
    contract = contracts()[dataset]
    lines = [contract.columns.keys()] if contract.feed.header else []

    content = "".join(",".join(row) + "\n" for row in [*lines, *made_rows(contract, 50, seed=3)])

    account, _, aside = typed(tmp_path, content.encode(), dataset)

    assert aside == []
    assert account.typed == 50


def test_progress_is_told_block_by_block(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(HEADER + 3 * GOOD)
    told: list[int] = []

    convert_file(file, PRICES, tmp_path / "rows", tmp_path / "quarantine", received_at=RECEIVED, on_rows=told.append)

    assert told[-1] == 3
