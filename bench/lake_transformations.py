"""`python -m bench.lake_transformations`: five million trades to what each of them could know, on DuckDB and on Sail.

Rows as they came, some of them twice, are made into silver ones, those into user-days, and all into `point_in_time`, by
the same SQL, each engine in a process of its own. Writes bench/results/lake_transformations.json.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow.parquet as pq

from bench.machine import describe
from lake.transformations.catalogue import transformations
from lake.transformations.on_duckdb import write_duckdb
from lake.transformations.on_spark import run_spark
from lake.transformations.rendering import duckdb_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RESULTS: Final = Path(__file__).parent / "results" / "lake_transformations.json"
TRADES: Final = 5_000_000
PRICES: Final = 500_000
TWICE: Final = 50
"""One trade in so many comes a second time."""
STEPS: Final = ("fx_transactions", "user_days", "point_in_time")
_KIB: Final = 1024
_TRADES: Final = """
    SELECT 'u-' || (i * 7919 % 50000) AS user_id,
        TIMESTAMP '2022-01-01' + to_microseconds(i * 12000000 + i * 7919 % 12000000) AS event_time,
        ['USD/MXN', 'USD/BRL', 'EUR/MXN'][1 + i % 3] AS pair, CASE WHEN i % 2 = 0 THEN 'BUY' ELSE 'SELL' END AS side,
        (1 + i % 900)::DECIMAL(36, 18) AS quantity, (16 + (i % 4000) / 1000)::DECIMAL(36, 18) AS price,
        CASE WHEN i % 100 = 0 THEN event_time + INTERVAL 2 DAY END AS arrived_at
    FROM range({rows}) made(i)"""
_PRICES: Final = """
    SELECT ['USD/MXN', 'USD/BRL', 'EUR/MXN'][1 + i % 3] AS pair,
        TIMESTAMP '2022-01-01' + to_microseconds(i * 120000000) AS event_time,
        (16 + (i % 4000) / 1000)::DECIMAL(36, 18) AS bid, bid + 0.01 AS ask,
        CASE WHEN i % 50 = 0 THEN event_time + INTERVAL 1 HOUR END AS arrived_at
    FROM range({rows}) made(i)"""
_SILVER: Final = """
    WITH ranked AS (
      SELECT *, ROW_NUMBER() OVER (
        PARTITION BY user_id, event_time, pair, side, quantity, price ORDER BY arrived_at NULLS LAST
      ) AS number
      FROM raw
    )
    SELECT user_id, event_time, pair, side, quantity, price, arrived_at FROM ranked WHERE number = 1"""


def main() -> None:
    """Measure, print a JSON line for each engine and write them; or be one engine, when called with its arguments."""
    if sys.argv[1:]:
        sys.stdout.write(json.dumps(_ENGINES[sys.argv[1]](Path(sys.argv[2]))) + "\n")
        return
    lines = []
    with tempfile.TemporaryDirectory(prefix="divisa-bench-") as scratch:
        _alone("made", Path(scratch))
        for engine in ("duckdb", "sail"):
            line = {"engine": engine, "version": version(_PACKAGES[engine]), **_alone(engine, Path(scratch))}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
            lines.append(line)
    document = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": describe(), "results": lines}
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def make(folder: Path, trades: int = TRADES, prices: int = PRICES) -> dict[str, Any]:
    """The rows as they came: `raw.parquet` and `fx_prices.parquet`."""
    made = _TRADES.format(rows=trades)
    again = f"({made}) UNION ALL (SELECT * FROM ({_TRADES.format(rows=trades)}) LIMIT {trades // TWICE})"  # noqa: S608
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.sql(again).write_parquet(str(folder / "raw.parquet"), compression="zstd")
        made = _PRICES.format(rows=prices)
        connection.sql(made).write_parquet(str(folder / "fx_prices.parquet"), compression="zstd")
    return {"trades": trades}


def on_duckdb(folder: Path) -> dict[str, Any]:
    """All steps by DuckDB."""

    def run(name: str, tables: Mapping[str, Path], out: Path) -> None:
        if name in transformations():
            write_duckdb(name, tables, out)
            return
        with duckdb.connect(config={"threads": 2, "preserve_insertion_order": False}) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.read_parquet(str(folder / "raw.parquet")).create_view("raw")
            connection.sql(duckdb_sql(_SILVER)).write_parquet(str(out), compression="zstd")

    return _timed(folder, "duckdb", run)


def on_sail(folder: Path) -> dict[str, Any]:
    """All steps by Sail, which runs inside of this process."""
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}")
    spark = session.config("spark.sql.session.timeZone", "UTC").config("spark.sql.ansi.enabled", "false").create()
    spark.read.parquet(str(folder / "raw.parquet")).createOrReplaceTempView("raw")

    def run(name: str, tables: Mapping[str, Path], out: Path) -> None:
        for each, file in tables.items():
            spark.read.parquet(str(file)).createOrReplaceTempView(each)
        made = run_spark(spark, name, {}) if name in transformations() else spark.sql(_SILVER)
        made.write.parquet(str(out))

    found = _timed(folder, "sail", run)
    spark.stop()
    server.stop()
    return found


def _timed(folder: Path, engine: str, run: Callable[[str, Mapping[str, Path], Path], None]) -> dict[str, Any]:
    """Seconds of each step and of all, those of cores, the most memory, and the rows of the last."""
    tables, seconds = {"fx_prices": folder / "fx_prices.parquet"}, {}
    for name in STEPS:
        out = folder / f"{engine}-{name}.parquet"
        started = time.perf_counter()
        run(name, tables, out)
        seconds[name] = round(time.perf_counter() - started, 2)
        tables[name] = out
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "rows": pq.ParquetDataset(tables[STEPS[-1]]).read(columns=["pair"]).num_rows,
        "seconds": round(sum(seconds.values()), 2),
        "of_which": seconds,
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_rss_gib": round(used.ru_maxrss * _KIB / 2**30, 2),
    }


def _alone(what: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - this interpreter on this folder
        [sys.executable, "-m", "bench.lake_transformations", what, str(folder)], stdout=subprocess.PIPE, check=True
    )
    line: dict[str, Any] = json.loads(done.stdout)
    return line


_PACKAGES: Final = {"duckdb": "duckdb", "sail": "pysail"}
_ENGINES: Final = {"made": make, "duckdb": on_duckdb, "sail": on_sail}

if __name__ == "__main__":
    main()
