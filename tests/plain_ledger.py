"""A ledger read without any of the code that is tested: row by row, taking every row for a good one."""

from __future__ import annotations

import csv
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from divisa.domain.pair import Pair
from divisa.domain.transaction import Side, Transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def plain_ledger(path: Path) -> Iterator[Transaction]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Transaction(
                user_id=row["user_id"],
                pair=Pair.parse(row["pair"]),
                side=Side(row["side"]),
                quantity=Decimal(row["quantity"]),
                price=Decimal(row["price"]),
                event_time=datetime.fromisoformat(row["event_time"]),
            )
