"""How datasets fare: what became of their rows, in sums over their files, and whether new ones come as promised."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lake.loading.accounting import kept
from lake.loading.load import UNKNOWN
from lake.loading.promises import is_promised_by

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from lake.contract.contract import Contract
    from lake.storage.objects import Objects


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """How a dataset fares.

    Attributes:
        dataset: its name, or `UNKNOWN`.
        files: how many were received, each content once.
        rows_in, silver, duplicates, late, erased, expired, unaccounted: rows of them all.
        quarantine: rows that were set aside, by reason.
        newest: when the last file was received, UTC; None if none was.
        promise: how long it may be until the next one; None where nobody promised any.
        market_hours: whether that is promised while markets are open only.
    """

    dataset: str
    files: int
    rows_in: int
    silver: int
    duplicates: int
    late: int
    erased: int
    expired: int
    unaccounted: int
    quarantine: dict[str, int]
    newest: datetime | None
    promise: timedelta | None
    market_hours: bool

    def is_fresh(self, now: datetime) -> bool:
        """Whether the promise is kept at a moment, UTC."""
        if self.promise is None or not is_promised_by(now, self.promise, market_hours=self.market_hours):
            return True
        return self.newest is not None and now - self.newest <= self.promise

    def as_json(self) -> dict[str, Any]:
        """The figures, for a file."""
        return {
            "files": self.files,
            "rows_in": self.rows_in,
            "silver": self.silver,
            "quarantine": dict(sorted(self.quarantine.items())),
            "duplicates": self.duplicates,
            "late": self.late,
            "erased": self.erased,
            "expired": self.expired,
            "unaccounted": self.unaccounted,
        }


def report(objects: Objects, contracts: Mapping[str, Contract]) -> list[DatasetReport]:
    """How each dataset fares, by name, and at the end what was of none."""
    return [_report(objects, dataset, contracts.get(dataset)) for dataset in (*contracts, UNKNOWN)]


def _report(objects: Objects, dataset: str, contract: Contract | None) -> DatasetReport:
    entries = kept(objects, dataset)
    quarantine: Counter[str] = Counter()
    for entry in entries:
        quarantine.update(entry.quarantine)
    return DatasetReport(
        dataset,
        len(entries),
        rows_in=sum(entry.rows_in for entry in entries),
        silver=sum(entry.silver for entry in entries),
        duplicates=sum(entry.duplicates for entry in entries),
        late=sum(entry.late for entry in entries),
        erased=sum(entry.erased for entry in entries),
        expired=sum(entry.expired for entry in entries),
        unaccounted=sum(entry.unaccounted for entry in entries),
        quarantine=dict(quarantine),
        newest=max((entry.load.received_at for entry in entries), default=None),
        promise=contract.freshness if contract else None,
        market_hours=contract is not None and contract.market_hours,
    )
