"""What is read of a log: its decisions from wherever they lie, and what their users did afterwards."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.wire.decision import decision_to_json
from divisa.domain.errors import InvalidInput
from divisa.domain.transaction import Side
from local.promotion import logged
from local.promotion.logged import read
from tests.builders import WEDNESDAY, a_portfolio, an_entry
from tests.unit.model.promotion.test_traffic import a_decision

if TYPE_CHECKING:
    from pathlib import Path

    from local.promotion.stage import Stage

NO_STAGE = cast("Stage", None)
HEADER = "user_id,event_time,pair,side,quantity,price\n"


@pytest.fixture
def transactions(tmp_path: Path) -> Path:
    path = tmp_path / "transactions.csv"
    path.write_text(
        HEADER
        + "ana,2024-01-10T16:00:00Z,USD/MXN,SELL,10,17.1\n"
        + "ana,2024-01-09T16:00:00Z,USD/MXN,BUY,10,17.0\n"
        + "luz,2024-01-12T00:00:00Z,USD/BRL,BUY,10,4.9\n"
    )
    return path


def lines(*numbers: int) -> bytes:
    return b"".join(decision_to_json(a_decision(number)) + b"\n" for number in numbers)


def test_a_folder_of_the_lake_is_read_with_all_its_files(tmp_path: Path, transactions: Path) -> None:
    day = tmp_path / "lake" / "day=2024-01-10"
    day.mkdir(parents=True)
    (day / "one").write_bytes(lines(1, 2))
    (day / "two.gz").write_bytes(gzip.compress(lines(3)))

    found = read(NO_STAGE, tmp_path / "lake", transactions)

    assert sorted(record.decision_id for record in found.records) == ["ana-1", "ana-2", "ana-3"]
    assert found.foreign == 0


def test_lines_of_another_version_are_counted(tmp_path: Path, transactions: Path) -> None:
    other = lines(2).replace(b'"schema":2', b'"schema":1')
    (tmp_path / "log").write_bytes(lines(1) + other)

    found = read(NO_STAGE, tmp_path / "log", transactions)

    assert (len(found.records), found.foreign) == (1, 1)


def test_what_users_did_is_known_until_the_files_last_transaction(tmp_path: Path, transactions: Path) -> None:
    (tmp_path / "log").write_bytes(lines(1))

    found = read(NO_STAGE, tmp_path / "log", transactions)

    assert found.until == datetime(2024, 1, 12, tzinfo=UTC)
    assert [side for _, side in found.trades["ana", "USD/MXN"]] == [Side.BUY, Side.SELL]
    assert ("luz", "USD/BRL") in found.trades


def test_without_a_file_the_stages_ledger_is_asked_and_the_newest_decision_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = decision_to_json(a_decision(2, at=WEDNESDAY + timedelta(days=3)))
    (tmp_path / "log").write_bytes(lines(1) + later + b"\n")

    portfolios = MemoryPortfolios()
    ledger = MemoryLedger(portfolios)
    for number, side in enumerate((Side.BUY, Side.SELL, Side.BUY), start=1):
        portfolios.put_many([replace(a_portfolio(), sequence=number - 1)])
        entry = an_entry(side, at=WEDNESDAY + timedelta(hours=number), sequence=number)
        assert ledger.record(entry, replace(a_portfolio(), sequence=number))

    def this_ledger(stage: Any) -> MemoryLedger:
        return ledger

    monkeypatch.setattr(logged, "_ledger", this_ledger)
    monkeypatch.setattr(logged, "_PAGE", 2)

    found = read(NO_STAGE, tmp_path / "log", None)

    assert found.until == WEDNESDAY + timedelta(days=3)
    assert [side for _, side in found.trades["ana", "USD/MXN"]] == [Side.BUY, Side.SELL, Side.BUY]


def test_a_folder_without_a_file_is_a_mistake(tmp_path: Path, transactions: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(InvalidInput, match="has no file in it"):
        read(NO_STAGE, tmp_path / "empty", transactions)
    with pytest.raises(InvalidInput, match="nothing"):
        read(NO_STAGE, tmp_path / "nothing", transactions)
