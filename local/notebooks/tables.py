"""The files of the contracts as tables for SQL."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

import duckdb

from divisa.domain.errors import InvalidFile

if TYPE_CHECKING:
    from pathlib import Path

    from model.training_files import TrainingFiles

_TIMES: Final = ("event_time", "arrived_at", "opened_at")
_NUMBERS: Final = ("bid", "ask", "quantity", "price", "p_buy", "p_sell", "propensity")


def tables(files: TrainingFiles) -> duckdb.DuckDBPyConnection:
    """A database in memory with a table for each file, named like the fields of `TrainingFiles`.

    Columns are those of the file: times as TIMESTAMP in UTC, numbers as DOUBLE, everything else as text. What cannot
    be read as such is NULL; the training set says which rows it cannot use, and why.
    """
    connection = duckdb.connect()
    for each in fields(files):
        path: Path | None = getattr(files, each.name)
        if path is not None:
            raw = connection.read_csv(str(path), header=True, all_varchar=True)
            raw.project(", ".join(map(_column, raw.columns))).create(each.name)
    return connection


def busiest_pair(connection: duckdb.DuckDBPyConnection) -> str:
    """The pair that is traded most.

    Raises:
        InvalidFile: there is no transaction.
    """
    found = connection.execute("SELECT mode(pair) FROM transactions").fetchall()[0][0]
    if found is None:
        raise InvalidFile("the transactions have no row")
    return str(found)


def _column(name: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if name in _TIMES:
        # With the detour an offset that is written is heeded, and no time zone of this machine comes in.
        return f"make_timestamp(epoch_us(TRY_CAST({quoted} AS TIMESTAMPTZ))) AS {quoted}"
    return f"TRY_CAST({quoted} AS DOUBLE) AS {quoted}" if name in _NUMBERS else quoted
