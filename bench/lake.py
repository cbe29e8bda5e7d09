"""`python -m bench.lake`: how fast files are checked and typed, beside DuckDB's own way from CSV to Parquet.

Each measurement is made in a process of its own, the peers' in turns with ours, so that what else the machine does
falls on both. Writes bench/results/lake.json.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bench.machine import describe
from lake.contract.reading import contracts
from lake.ingestion.checking import Checker
from lake.ingestion.conversion import convert_file
from lake.ingestion.csv_file import read_records

if TYPE_CHECKING:
    from collections.abc import Callable

RESULTS: Final = Path(__file__).parent / "results" / "lake.json"
DATASET: Final = "fx_transactions"
CHECKED_ROWS: Final = 1_000_000
TYPED_BYTES: Final = 10**9
TURNS: Final = 3
BAD: Final = 100
"""One row in so many is bad, each in another way."""
_KIB: Final = 1024
_GOOD: Final = """
    SELECT i, 'u-' || (i * 7919 % 50000) AS user_id,
        strftime(TIMESTAMP '2020-01-01' + INTERVAL (i) SECOND, '%Y-%m-%dT%H:%M:%SZ') AS event_time,
        'USD/MXN' AS pair, CASE WHEN i % 2 = 0 THEN 'BUY' ELSE 'SELL' END AS side,
        (1 + i % 900)::DECIMAL(18, 2) AS quantity, (16 + (i % 4000) / 1000.0)::DECIMAL(18, 4) AS price
    FROM range({rows}) made(i)"""
_WRONG: Final = {
    "user_id": "''",
    "event_time": "'yesterday'",
    "pair": "'dollars'",
    "side": "'HOLD'",
    "quantity": "'-' || quantity",
    "price": "'NaN'",
}


def main() -> None:
    """Measure, print a JSON line for each and write them; or make one measurement, when called with its arguments."""
    if sys.argv[1:]:
        sys.stdout.write(json.dumps(_ALONE[sys.argv[1]](Path(sys.argv[2]))) + "\n")
        return
    lines = []
    with tempfile.TemporaryDirectory(prefix="divisa-bench-") as scratch:
        for measure in (checked, typed):
            line = measure(Path(scratch))
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
            lines.append(line)
    document = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": describe(), "results": lines}
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def checked(scratch: Path, rows: int = CHECKED_ROWS, turns: int = TURNS) -> dict[str, Any]:
    """Rows of which one in `BAD` is bad, from raw text to types, with all reasons of each bad row."""
    file = scratch / "with-bad-rows.csv"
    kinds = len(_WRONG)
    values = [
        f"CASE WHEN i % {BAD} = 0 AND i // {BAD} % {kinds} = {number} THEN {wrong} ELSE {name}::VARCHAR END AS {name}"
        for number, (name, wrong) in enumerate(_WRONG.items())
    ]
    _write(file, f"SELECT {', '.join(values)} FROM ({_GOOD.format(rows=rows)}) ORDER BY i")  # noqa: S608 - our own
    runs = [_alone("check", file) for _ in range(turns)]
    return {"bench": "checked", "rows": rows, **_middle(runs)}


def typed(scratch: Path, size: int = TYPED_BYTES, turns: int = TURNS) -> dict[str, Any]:
    """A file to typed Parquet, beside DuckDB's own COPY of the same file to the same types, in turns."""
    file = scratch / "good.csv"
    rows = 100_000
    good = "SELECT * EXCLUDE (i) FROM ({made}) ORDER BY i"
    _write(file, good.format(made=_GOOD.format(rows=rows)))
    rows = rows * size // file.stat().st_size
    _write(file, good.format(made=_GOOD.format(rows=rows)))
    turns_of = [(_alone("type", file), _alone("copy", file)) for _ in range(turns)]
    ours, peers = _middle([our for our, _ in turns_of]), _middle([peer for _, peer in turns_of])
    return {
        "bench": "typed",
        "bytes": file.stat().st_size,
        "rows": rows,
        **ours,
        "duckdb_copy": peers,
        "times_duckdb": round(ours["seconds"] / peers["seconds"], 2),
    }


def _write(file: Path, query: str) -> None:
    """Write what a query gives; elsewhere, since whoever is started here begins with this process's peak memory."""
    writing = (
        "import sys, duckdb; duckdb.execute('SET enable_progress_bar = false'); "
        "duckdb.sql(sys.argv[1]).write_csv(sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", writing, query, str(file)], check=True)  # noqa: S603 - this interpreter


def _middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The run of the median time, with the most memory of all."""
    middle = min(runs, key=lambda run: abs(run["seconds"] - median(each["seconds"] for each in runs)))
    return {**middle, "peak_rss_gib": max(run["peak_rss_gib"] for run in runs)}


def _alone(what: str, file: Path) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - this interpreter on this file
        [sys.executable, "-m", "bench.lake", what, str(file)], stdout=subprocess.PIPE, check=True
    )
    line: dict[str, Any] = json.loads(done.stdout)
    return line


def _check(file: Path) -> dict[str, Any]:
    contract = contracts()[DATASET]
    blocks = list(read_records(io.BytesIO(file.read_bytes()), contract))
    raw = [block.columns() for block in blocks]
    checker = Checker(contract, blocks[0].names, received_at=datetime.now(UTC))

    def work() -> dict[str, Any]:
        found = [checker.check(each) for each in raw]
        return {"typed": sum(len(each.rows) for each in found), "refused": sum(len(each.refused) for each in found)}

    return _timed(work)


def _type(file: Path) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        outs = file.with_suffix(".parquet"), file.with_suffix(".aside")
        account = convert_file(file, contracts()[DATASET], *outs, received_at=datetime.now(UTC))
        return {"typed": account.typed, "unaccounted": account.unaccounted}

    return _timed(work)


def _copy(file: Path) -> dict[str, Any]:
    columns = {name: column.type.duckdb for name, column in contracts()[DATASET].columns.items() if not column.optional}
    columns["event_time"] = "TIMESTAMPTZ"
    out = file.with_suffix(".parquet")

    def work() -> dict[str, Any]:
        duckdb.execute("SET threads = 2")
        typed_rows = duckdb.read_csv(str(file), header=True, columns=columns)
        typed_rows.write_parquet(str(out), compression="zstd")
        return {"typed": pq.read_metadata(out).num_rows}

    return _timed(work)


def _timed(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    pa.array([None])  # imports pandas, if it is there; what is measured are rows
    started = time.perf_counter()
    found = work()
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "peak_rss_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB / 2**30, 2),
        **found,
    }


_ALONE: Final = {"check": _check, "type": _type, "copy": _copy}

if __name__ == "__main__":
    main()
