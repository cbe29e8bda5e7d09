"""What loading asks of its engine, with DuckDB's answers, written down so that another engine is asked the same."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

import pyarrow as pa

from lake.engines.duck import DuckSession
from lake.loading import statements
from lake.loading.plan import Backfill, Request
from lake.storage.folder import FolderObjects
from tests.unit.lake.loading.small_lake import BAD, DATASET, Reading, SmallLake, readings

if TYPE_CHECKING:
    from pathlib import Path

    from lake.engines.session import Session, Table

_KINDS: Final = {
    pa.string(): "STRING",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP_NTZ",
}
EVERYTHING: Final = Request(backfill=Backfill(DATASET, date(1970, 1, 1), date(9999, 1, 1)))


class Recorded:
    """Acts like a session.

    Args:
        session: what does the work.
        folder: where the files go that it is told to read.

    Attributes:
        steps: what it was asked, in order: `view` and `file`, or a `statement`, with `rows` where it answers with some.
    """

    def __init__(self, session: DuckSession, folder: Path) -> None:
        self.steps: list[dict[str, Any]] = []
        self._session = session
        self._folder = folder
        self._made: set[str] = set()

    def prepare(self, table: Table) -> str:
        name = self._session.prepare(table)
        if name not in self._made:
            self._made.add(name)
            self.steps += [
                {"statement": f"CREATE NAMESPACE IF NOT EXISTS {table.zone}"},
                {"statement": _created(name, table)},
            ]
        return name

    def file(self, view: str, uri: str) -> tuple[str, ...]:
        file = self._folder / f"{len(self.steps)}.parquet"
        shutil.copyfile(uri, file)
        self.steps.append({"view": view, "file": str(file)})
        return self._session.file(view, uri)

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        rows = self._session.run(statement)
        answers = {"rows": sorted([str(value) for value in row] for row in rows)}
        self.steps.append({"statement": statement, **(answers if statement.startswith("SELECT") else {})})
        return rows


def recorded(folder: Path) -> list[dict[str, Any]]:
    """Two lakes: one with late rows, corrected ones and a key in two partitions; one of rows without a time."""
    session = Recorded(DuckSession(), folder)
    lake = SmallLake(FolderObjects(folder / "timed"), cast("Session", session), readings(order=True, window="2 days"))
    lake.hand_in("1.csv", [Reading("s1"), Reading("s2", version="2", note="it's"), Reading("s3", share="0.1"), BAD])
    lake.bring_in()
    came = [
        Reading("s2", version="1"),
        Reading("s3", version="3", at="2024-05-03T00:00:00.5Z"),
        Reading("s4", level=""),
    ]
    lake.hand_in(
        "2.csv", [*came, Reading("s5", at="2024-04-01T00:00:00Z"), Reading("s1", good="true", day="2024-02-29")]
    )
    lake.bring_in()
    lake.bring_in(EVERYTHING)
    columns = ", ".join(name for name in lake.contract.columns if name not in {"sensor", "at"})
    session.run(
        f"INSERT INTO {lake.table} SELECT sensor, CAST('2024-05-09 00:00:00' AS TIMESTAMP_NTZ) AS at, {columns},"  # noqa: S608
        f" _load, _line FROM {lake.table} WHERE sensor = 's2'"
    )
    met = statements.met(lake.contract, lake.table, since=None, within=None)
    for statement in (met, statements.settle(lake.contract, lake.table), met):
        session.run(statement)
    lake.silver()

    timeless = readings(timed=False).model_copy(update={"dataset": "timeless"})
    lake = SmallLake(FolderObjects(folder / "timeless"), cast("Session", session), timeless)
    for number, version in enumerate(("2", "1")):
        lake.hand_in(f"{number}.csv", [Reading(version=version), Reading(f"s{number}", level="")])
        lake.bring_in()
    lake.silver()
    return session.steps


def _created(name: str, table: Table) -> str:
    columns = [
        f"{each.name} {_KINDS.get(each.type) or _decimal(each.type)}{'' if each.nullable else ' NOT NULL'}"
        for each in table.schema
    ]
    by = f" PARTITIONED BY ({table.by[1]}s({table.by[0]}))" if table.by else ""
    return f"CREATE TABLE {name} ({', '.join(columns)}) USING iceberg{by} TBLPROPERTIES ('format-version' = '2')"


def _decimal(kind: pa.DataType) -> str:
    return f"DECIMAL({kind.precision},{kind.scale})"
