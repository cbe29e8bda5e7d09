"""`python -m bench.lake_merge`: a hundred thousand late trades merged into five million, by Sail on a MiniStack.

The table lies in months, as that of the trades does, and the late ones within the contract's merge window; one in ten
of them is there already. They are merged by what the lake's job runs. Writes bench/results/lake_merge.json.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median_low
from typing import TYPE_CHECKING, Any, Final

import duckdb

from bench.machine import describe
from lake.contract.reading import contracts
from lake.engines.session import silver
from lake.ingestion.conversion import FILE
from lake.loading import merging
from lake.loading.load import Load
from local.lake.alone import lake_alone

if TYPE_CHECKING:
    from lake.engines.session import Table
    from lake.engines.spark import Spark
    from lake.storage.s3 import S3Objects

RESULTS: Final = Path(__file__).parent / "results" / "lake_merge.json"
DATASET: Final = "fx_transactions"
ROWS: Final = 5_000_000
LATE: Final = 100_000
TURNS: Final = 3
_MONTHS: Final = 12
_TRADES: Final = """
    SELECT 'u-' || (i * 7919 % 50000) AS user_id,
        TIMESTAMP '{newest}' - to_microseconds({step} * i + {shift}) AS event_time,
        ['USD/MXN', 'USD/BRL', 'EUR/MXN'][1 + i % 3] AS pair, CASE WHEN i % 2 = 0 THEN 'BUY' ELSE 'SELL' END AS side,
        (1 + i % 900)::DECIMAL(36, 18) AS quantity, (16 + (i % 4000) / 1000)::DECIMAL(36, 18) AS price,
        NULL::TIMESTAMP AS arrived_at, i AS _line
    FROM range({rows}) made(i)"""
_NEWEST: Final = "2025-12-28"
_STEP: Final = _MONTHS * 30 * 86_400_000_000 // ROWS


class Timed:
    """`Session` that says how long its statements took, by the first words of each."""

    def __init__(self, session: Spark) -> None:
        self._session = session
        self.seconds: dict[str, float] = {}

    def prepare(self, table: Table) -> str:
        """As the session does."""
        return self._session.prepare(table)

    def file(self, view: str, uri: str) -> tuple[str, ...]:
        """As the session does."""
        return self._session.file(view, uri)

    def name(self, view: str, table: str) -> None:
        """As the session does."""
        self._session.name(view, table)

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """As the session does."""
        started = time.perf_counter()
        rows = self._session.run(statement)
        what = " ".join(statement.split()[:2])
        self.seconds[what] = round(self.seconds.get(what, 0.0) + time.perf_counter() - started, 3)
        return rows

    def replace(self, table: str, query: str) -> None:
        """As the session does."""
        self._session.replace(table, query)


def main() -> None:
    """Measure, print a JSON line and write it."""
    with tempfile.TemporaryDirectory(prefix="divisa-bench-") as scratch:
        line = merged(Path(scratch))
    sys.stdout.write(json.dumps(line) + "\n")
    document = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": describe(), "results": [line]}
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def merged(scratch: Path, rows: int = ROWS, late: int = LATE, turns: int = TURNS) -> dict[str, Any]:
    """Merge late rows, other ones each turn, into one table of so many rows."""
    with lake_alone(scratch) as (session, objects):
        contract = contracts()[DATASET]
        table = session.prepare(silver(contract))
        _put(objects, scratch, _load("base", rows), _TRADES.format(newest=_NEWEST, step=_STEP, shift=0, rows=rows))
        session.file("base", objects.uri(_load("base", rows).typed))
        own = ", ".join(contract.columns)
        session.run(f"INSERT INTO {table} SELECT {own}, 'base' AS {FILE}, _line FROM base")  # noqa: S608 - ours
        runs = []
        for turn in range(turns):
            load = _load(f"late{turn}", late)
            # Every third microsecond is new; each tenth row is one that is there.
            made = _TRADES.format(
                newest=_NEWEST, step=_STEP, shift=f"CASE WHEN i % 10 = 0 THEN 0 ELSE {turn + 1} END", rows=late
            )
            _put(objects, scratch, load, made)
            timed = Timed(session)
            started = time.perf_counter()
            merging.merge(timed, objects, contract, [load])
            runs.append((round(time.perf_counter() - started, 2), timed.seconds))
        [(count,)] = session.run(f"SELECT COUNT(*) AS n FROM {table}")  # noqa: S608 - a table of ours
    seconds = median_low(each for each, _ in runs)
    return {
        "bench": "merged",
        "rows": rows,
        "late": late,
        "added": count - rows,
        "sail": version("pysail"),
        "seconds": seconds,
        "of_which": next(each for took, each in runs if took == seconds),
        "turns": [each for each, _ in runs],
    }


def _load(name: str, size: int) -> Load:
    return Load(DATASET, name, datetime(2026, 1, 1, tzinfo=UTC), f"landing/{DATASET}/{name}.csv", size)


def _put(objects: S3Objects, scratch: Path, load: Load, query: str) -> None:
    file = scratch / load.sha256
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.sql(query).write_parquet(str(file), compression="zstd")
    objects.put_file(load.typed, file)


if __name__ == "__main__":
    main()
