from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidFile
from local.notebooks.tables import busiest_pair, tables
from model.training_files import TrainingFiles

if TYPE_CHECKING:
    from pathlib import Path

PRICES = "pair,event_time,bid,ask\nUSD/MXN,2024-01-10T15:00:00-06:00,17.0,17.1\nUSD/MXN,tomorrow,17.0,much\n"
TRANSACTIONS = "user_id,event_time,pair,side,quantity,price\n"


@pytest.fixture
def files(tmp_path: Path) -> TrainingFiles:
    found = TrainingFiles(tmp_path / "prices.csv", tmp_path / "transactions.csv")
    found.prices.write_text(PRICES, encoding="utf-8")
    found.transactions.write_text(TRANSACTIONS, encoding="utf-8")
    return found


def test_times_are_utc_whatever_offset_was_written(files: TrainingFiles) -> None:
    rows = tables(files).execute("SELECT event_time, bid FROM prices WHERE event_time IS NOT NULL").fetchall()
    assert rows == [(datetime(2024, 1, 10, 21, 0), 17.0)]  # noqa: DTZ001 - DuckDB's UTC


def test_what_cannot_be_read_is_null(files: TrainingFiles) -> None:
    rows = tables(files).execute("SELECT event_time, bid, ask FROM prices WHERE ask IS NULL").fetchall()
    assert rows == [(None, 17.0, None)]


def test_a_file_that_there_is_not_is_no_table(files: TrainingFiles) -> None:
    names = {row[0] for row in tables(files).execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert names == {"prices", "transactions"}


def test_the_busiest_pair_has_the_most_transactions(files: TrainingFiles) -> None:
    with files.transactions.open("a", encoding="utf-8") as file:
        for pair in ("USD/MXN", "USD/BRL", "USD/BRL"):
            file.write(f"ana,2024-01-10T15:00:00Z,{pair},BUY,10,5\n")
    assert busiest_pair(tables(files)) == "USD/BRL"


def test_nobody_traded_nothing_is_busiest(files: TrainingFiles) -> None:
    with pytest.raises(InvalidFile, match="no row"):
        busiest_pair(tables(files))
