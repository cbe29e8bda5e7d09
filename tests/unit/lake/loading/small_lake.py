"""A lake with one small dataset, or with whatever contract a test wants, and what it holds after runs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow.parquet as pq

from lake.contract.contract import Contract
from lake.engines.session import silver
from lake.loading import accounting
from lake.loading.load import loads_of
from lake.loading.plan import Request
from lake.loading.planning import plan
from lake.loading.run import Run, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lake.engines.session import Session
    from lake.loading.accounting import Entry
    from lake.loading.plan import Summary
    from lake.storage.objects import Objects

DATASET: Final = "readings"
_NAMES: Final = count()


class Reading(NamedTuple):
    """A row as a file has it; '' is missing."""

    sensor: str = "s1"
    at: str = "2024-05-01T10:00:00Z"
    version: str = "1"
    level: str = "1.50"
    share: str = ""
    day: str = ""
    good: str = ""
    note: str = ""


BAD: Final = Reading(level="much")


def readings(
    *, order: bool = False, timed_key: bool = False, window: str | None = None, timed: bool = True
) -> Contract:
    """The contract of a dataset of readings, which have one of the shapes that contracts have."""
    columns: dict[str, dict[str, Any]] = {
        "sensor": {"type": "string"},
        "at": {"type": "timestamp"},
        "version": {"type": "integer"},
        "level": {"type": "decimal(9,2)", "nullable": True},
        "share": {"type": "double", "nullable": True},
        "day": {"type": "date", "nullable": True},
        "good": {"type": "boolean", "nullable": True},
        "note": {"type": "string", "nullable": True},
    }
    told = {name: {"about": f"the {name}", "example": "1", **column} for name, column in columns.items()}
    time = {"event_time": "at", "partition": "day"} if timed else {}
    return Contract.model_validate(
        {"dataset": DATASET, "about": "a reading", "owner": "us", "freshness": "1 day", "columns": told}
        | {"key": ["sensor", "at"] if timed_key else ["sensor"], "order": "version" if order else None}
        | {"merge_window": window}
        | time
    )


def csv_of(contract: Contract, rows: Iterable[Iterable[str]]) -> bytes:
    """A file of rows, as the contract's feed is written."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=contract.feed.delimiter, lineterminator="\n")
    if contract.feed.header:
        writer.writerow(contract.columns)
    writer.writerows(rows)
    return text.getvalue().encode()


@dataclass
class SmallLake:
    """A lake, and runs through it."""

    objects: Objects
    session: Session
    contract: Contract = field(default_factory=readings)

    def hand_in(self, name: str, rows: Iterable[Iterable[str]]) -> None:
        """Let a file land."""
        self.objects.put(f"landing/{self.contract.dataset}/{name}", csv_of(self.contract, rows))

    def run(self, name: str | None = None, *, session: Session | None = None) -> Run:
        """A run that is not begun."""
        used = session or self.session
        name = name or f"run-{next(_NAMES)}"
        return Run(
            name, datetime(2024, 6, 1, tzinfo=UTC), self.objects, {self.contract.dataset: self.contract}, lambda: used
        )

    def bring_in(
        self, request: Request | None = None, *, name: str | None = None, session: Session | None = None
    ) -> Summary:
        """Take all steps of a run but that to gold, which has nothing of such a dataset."""
        run = self.run(name, session=session)
        plan(self.objects, run.contracts, run.name, request or Request())
        for step in (Step.BRONZE, Step.SILVER, Step.CHECKS):
            run.take(step)
        return run.publish()

    @property
    def table(self) -> str:
        """Silver, as statements call it."""
        return self.session.prepare(silver(self.contract))

    def silver(self) -> list[tuple[Any, ...]]:
        """All rows of silver, without whose they are, in some fixed order."""
        columns = ", ".join(self.contract.columns)
        return sorted(self.session.run(f"SELECT {columns} FROM {self.table}"), key=repr)  # noqa: S608 - ours

    def accounts(self) -> list[Entry]:
        return accounting.kept(self.objects, self.contract.dataset)

    def lost(self) -> int:
        return sum(abs(entry.unaccounted) for entry in self.accounts())

    def late(self) -> list[tuple[Any, ...]]:
        """All rows that were kept apart, without whose they are."""
        rows = self._rows_of(each.key for each in self.objects.listed(f"late/{self.contract.dataset}/"))
        return sorted((tuple(row[name] for name in self.contract.columns) for row in rows), key=repr)

    def set_aside(self) -> list[tuple[str, int]]:
        """Load and line of all rows that were set aside."""
        out = []
        for load in loads_of(self.objects, self.contract.dataset):
            if self.objects.find(load.quarantine) is not None:
                out += [(load.id, row["_line"]) for row in self._rows_of([load.quarantine])]
        return sorted(out)

    def _rows_of(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        out: list[dict[str, Any]] = []
        with TemporaryDirectory() as scratch:
            for key in keys:
                file = Path(scratch) / "file"
                self.objects.fetch(key, file)
                out += pq.read_table(file).to_pylist()
        return out
