"""Texts become values of the types of a contract, and rows that break it are told with everything that is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import duckdb
import numpy as np
import pyarrow as pa

from divisa.domain.errors import InvalidContract
from lake.contract.rules import LATEST, text_of
from lake.ingestion.asking import FITS, Questions
from lake.ingestion.plain import trimmed, values
from lake.ingestion.soundness import Soundness

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lake.contract.contract import Contract
    from lake.contract.rules import Problem
    from lake.contract.types import ColumnType

THREADS: Final = 2
"""Of DuckDB: as many cores as the smallest machine has that files are read on."""
AHEAD: Final = timedelta(days=1)
"""So much later than it was received may a row have happened: clocks go wrong, and a date begins in the east."""
_PLAIN: Final = {
    "string": pa.string(),
    "integer": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that breaks its contract.

    Attributes:
        index: which of the raw rows it is, from 0.
        problems: all that is wrong with it: of columns in their order, then of the row as a whole. At least one.
    """

    index: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of some raw rows.

    Attributes:
        rows: those that pass, typed, with all columns of the contract in its order (`schema_of`).
        kept: which of the raw rows they are, shape (rows,), ascending.
        refused: the others, ascending.
    """

    rows: pa.Table
    kept: NDArray[np.int64]
    refused: tuple[Refused, ...]


class Checker:
    """Checks rows against a contract. Made once for many blocks of rows; not for several threads at once.

    Values are read without the blanks around them (those of `str.strip`), and an empty one is missing. What begins
    with `=`, `+`, `-` or `@` is text like any other here: spreadsheets are a matter of whoever exports to them.

    Args:
        contract: what the rows have to be.
        names: the columns that they have, in any order: all that the contract needs, and nothing else.
        received_at: when they were handed in, with a zone; none of them happened more than `AHEAD` later.

    Raises:
        ValueError: the columns are others, or the time has no zone.
        InvalidContract: a check of the contract is none that DuckDB can run, such as a pattern that looks ahead.
    """

    def __init__(self, contract: Contract, names: tuple[str, ...], *, received_at: datetime) -> None:
        if len(set(names)) < len(names) or not set(contract.needed) <= set(names) <= contract.columns.keys():
            raise ValueError(f"{', '.join(names)} are not the columns of {contract.dataset}")
        if received_at.tzinfo is None:
            raise ValueError("received_at has no zone")
        self._schema = schema_of(contract)
        self._kinds = {name: contract.columns[name].type for name in names}
        self._texts = {name: text_of(name).strip('"') for name in names}
        self._questions = Questions(contract, names)
        self._duckdb = duckdb.connect(config={"threads": THREADS, "autoinstall_known_extensions": False})
        self._duckdb.execute("SET TimeZone = 'UTC'")
        latest = (received_at.astimezone(UTC) + AHEAD).replace(tzinfo=None)
        self._soundness = {
            name: Soundness(
                contract.columns[name], latest if name == contract.event_time else None, self._good_of(name)
            )
            for name in names
        }
        self._absent = frozenset(name for name, each in contract.columns.items() if each.nullable) - set(names)
        self._duckdb.execute(f"SET VARIABLE {LATEST} = CAST(? AS TIMESTAMP)", [latest])
        try:
            self._told(
                pa.table({text: pa.nulls(1, pa.string()) for text in self._texts.values()}), np.zeros(1, np.int64)
            )
        except duckdb.Error as error:
            raise InvalidContract(f"{contract.dataset}.yml", 1, f"has a check that cannot be run: {error}") from error

    def check(self, raw: pa.Table) -> Checked:
        """The rows that pass, and what is wrong with each other one.

        Args:
            raw: columns of strings by the names of the file's columns; a null is missing, as '' is.
        """
        texts = {name: trimmed(raw[name]) for name in self._kinds}
        strings = {name: texts[name] for name, kind in self._kinds.items() if kind.name == "string"}
        others = ((name, kind) for name, kind in self._kinds.items() if name not in strings)
        read = ((name, values(texts[name], kind, arrow_type(kind))) for name, kind in others)
        plain = {name: found for name, found in read if found is not None}
        known = strings | plain
        sound = {name for name, each in self._soundness.items() if each.holds(texts[name], known.get(name))}
        asked = {self._texts[name]: column for name, column in texts.items()}
        query = self._questions.typing(frozenset(plain), self._absent | sound)
        typed = (
            pa.table({FITS: pa.repeat(True, len(raw))}) if query is None else self._run(query, pa.table(asked | plain))
        )
        fits = typed[FITS].to_numpy()
        there = known | {name: typed[name] for name in typed.column_names}
        columns = [there.get(each.name, pa.nulls(len(fits), each.type)) for each in self._schema]
        rows = pa.table(columns, self._schema.names).cast(self._schema)
        apart = np.flatnonzero(~fits)
        return Checked(
            rows=rows.filter(typed[FITS]) if len(apart) else rows,
            kept=np.flatnonzero(fits),
            refused=self._told(pa.table(asked), apart) if len(apart) else (),
        )

    def _good_of(self, name: str) -> Callable[[set[str]], set[str]]:
        """What tells which of some texts are what a column of strings asks."""

        def good(unknown: set[str]) -> set[str]:
            text = self._texts[name]
            asked = pa.table({text: pa.array(unknown, pa.string())})
            return set(self._run(self._questions.sound(name), asked)[text].to_pylist())

        return good

    def _told(self, texts: pa.Table, apart: NDArray[np.int64]) -> tuple[Refused, ...]:
        """All problems of the rows with some indices, shape (refused,)."""
        columns = self._run(self._questions.telling, texts.take(pa.array(apart))).columns
        has = np.column_stack([column.to_numpy() for column in columns])
        # Most rows that are wrong are wrong in the same ways.
        ways: dict[bytes, tuple[Problem, ...]] = {}
        refused = []
        for index, row in zip(apart.tolist(), has, strict=True):
            way = row.tobytes()
            if way not in ways:
                ways[way] = tuple(self._questions.problems[which] for which in np.flatnonzero(row))
            refused.append(Refused(index, ways[way]))
        return tuple(refused)

    def _run(self, query: str, texts: pa.Table) -> pa.Table:
        """A query over texts; DuckDB keeps the order of the rows."""
        self._duckdb.register("texts", texts)
        try:
            return self._duckdb.sql(query).to_arrow_table()
        finally:
            self._duckdb.unregister("texts")


def schema_of(contract: Contract) -> pa.Schema:
    """Names and types of typed rows."""
    return pa.schema([(name, arrow_type(column.type)) for name, column in contract.columns.items()])


def arrow_type(kind: ColumnType) -> pa.DataType:
    """The type in Arrow; a timestamp is one in UTC without a zone."""
    return pa.decimal128(kind.precision, kind.scale) if kind.name == "decimal" else _PLAIN[kind.name]
