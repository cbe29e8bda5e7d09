"""Iceberg tables in a folder, with a catalog in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from pyiceberg.catalog.memory import InMemoryCatalog

from lake.contract.contract import Period
from lake.engines import iceberg
from lake.engines.session import Table
from lake.storage.folder import FolderObjects

if TYPE_CHECKING:
    from pathlib import Path

    from pyiceberg.table import Table as IcebergTable

DATABASES: Final = {"silver": "silver_x", "gold": "gold_x"}
TABLE: Final = Table(
    "silver",
    "readings",
    pa.schema([pa.field("sensor", pa.string(), nullable=False), ("at", pa.timestamp("us")), ("level", pa.float64())]),
    ("at", Period.DAY),
)


@dataclass
class IcebergLake:
    root: Path
    catalog: InMemoryCatalog = field(init=False)
    objects: FolderObjects = field(init=False)

    def __post_init__(self) -> None:
        self.catalog = InMemoryCatalog("lake")
        self.objects = FolderObjects(self.root)
        for database in DATABASES.values():
            self.catalog.create_namespace(database)

    def make(self) -> IcebergTable:
        return iceberg.prepare(self.catalog, DATABASES["silver"], TABLE, self.objects.uri("silver/readings"))

    @property
    def table(self) -> IcebergTable:
        """As it is now."""
        return self.catalog.load_table((DATABASES["silver"], TABLE.name))

    def append(self, *rows: tuple[str, int, float | None]) -> None:
        """Commit rows: sensor, day of May, level."""
        made = [{"sensor": s, "at": datetime(2024, 5, 1) + timedelta(days=d - 1), "level": x} for s, d, x in rows]  # noqa: DTZ001
        self.table.append(pa.Table.from_pylist(made, TABLE.schema))

    def rows(self) -> list[tuple[object, ...]]:
        return sorted(tuple(row.values()) for row in self.table.scan().to_arrow().to_pylist())

    def files(self) -> list[str]:
        return [task.file.file_path for task in self.table.scan().plan_files()]
