"""What a model learns from is written as files for the retraining, and is gone when nobody is left in it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from lake.storage.folder import FolderObjects
from lake.upkeep.exporting import TRAINING, Export
from tests.unit.lake.report.tables import MadeTables

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2024, 5, 1, 12)  # noqa: DTZ001 - tables have no zones
PRICE = {"pair": "USD/MXN", "event_time": AT, "bid": Decimal("16.50"), "ask": Decimal("16.60"), "arrived_at": AT}
TRADE = {
    **{"user_id": "u-1", "event_time": AT, "pair": "USD/MXN", "side": "BUY"},
    **{"quantity": Decimal("10.00"), "price": Decimal("16.60"), "arrived_at": AT},
}


def test_files_are_written_where_the_retraining_looks_and_forgotten_as_they_were_before(tmp_path: Path) -> None:
    objects, forgotten = FolderObjects(tmp_path), list[str]()

    def forget(prefix: str) -> int:
        forgotten.append(prefix)
        return 0

    export = Export(MadeTables({"training_prices": [PRICE], "training_transactions": [TRADE]}), objects, forget)
    for _ in range(2):
        assert export() == "2 training files written"

    assert objects.read("training/prices/prices.csv").splitlines()[1:] == [
        b"USD/MXN,2024-05-01T12:00:00.000000Z,16.5,16.6,2024-05-01T12:00:00.000000Z"
    ]
    assert len(objects.read("training/transactions/transactions.csv").splitlines()) == 2
    assert forgotten == [TRAINING, TRAINING]


def test_where_there_is_nothing_to_learn_from_there_are_no_files(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    Export(MadeTables({"training_prices": [PRICE], "training_transactions": [TRADE]}), objects)()

    said = Export(MadeTables({"training_prices": [PRICE]}), objects)()

    assert said == "no training files: the lake has no transactions to learn from"
    assert list(objects.listed(TRAINING)) == []
