"""Texts become values of the types of a contract, and rows that break it are told with everything that is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from divisa.domain.errors import InvalidContract
from lake.contract.rules import LATEST, Problem, rules, text_of, value_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lake.contract.contract import Contract
    from lake.contract.types import ColumnType

THREADS: Final = 2
"""Of DuckDB: as many cores as the smallest machine has that files are read on."""
AHEAD: Final = timedelta(days=1)
"""So much later than it was received may a row have happened: clocks go wrong, and a date begins in the east."""
_FITS: Final = "_fits"
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
        self._names = names
        self._schema = schema_of(contract)
        asked = rules(contract)
        self._problems = tuple(rule.problem for rule in asked)
        self._typing, self._telling = _queries(contract, names, [rule.applies for rule in asked])
        self._duckdb = duckdb.connect(config={"threads": THREADS, "autoinstall_known_extensions": False})
        self._duckdb.execute("SET TimeZone = 'UTC'")
        latest = (received_at.astimezone(UTC) + AHEAD).replace(tzinfo=None)
        self._duckdb.execute(f"SET VARIABLE {LATEST} = CAST(? AS TIMESTAMP)", [latest])
        try:
            self._told(self._trimmed(pa.table({name: [""] for name in names})), np.zeros(1, dtype=np.int64))
        except duckdb.Error as error:
            raise InvalidContract(f"{contract.dataset}.yml", 1, f"has a check that cannot be run: {error}") from error

    def check(self, raw: pa.Table) -> Checked:
        """The rows that pass, and what is wrong with each other one.

        Args:
            raw: columns of strings by the names of the file's columns; a null is missing, as '' is.
        """
        texts = self._trimmed(raw)
        typed = self._run(self._typing, texts)
        fits = typed[_FITS]
        apart = np.flatnonzero(~fits.to_numpy())
        rows = typed.drop_columns([_FITS]).cast(self._schema)
        return Checked(
            rows=rows.filter(fits) if len(apart) else rows,
            kept=np.flatnonzero(fits.to_numpy()),
            refused=self._told(texts, apart) if len(apart) else (),
        )

    def _trimmed(self, raw: pa.Table) -> pa.Table:
        return pa.table({name: pc.utf8_trim_whitespace(raw[name].cast(pa.string())) for name in self._names})

    def _told(self, texts: pa.Table, apart: NDArray[np.int64]) -> tuple[Refused, ...]:
        """All problems of the rows with some indices, shape (refused,)."""
        columns = self._run(self._telling, texts.take(pa.array(apart))).columns
        has = np.column_stack([column.to_numpy() for column in columns])
        # Most rows that are wrong are wrong in the same ways.
        ways: dict[bytes, tuple[Problem, ...]] = {}
        refused = []
        for index, row in zip(apart.tolist(), has, strict=True):
            way = row.tobytes()
            if way not in ways:
                ways[way] = tuple(self._problems[which] for which in np.flatnonzero(row))
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


def _queries(contract: Contract, names: tuple[str, ...], applying: list[str]) -> tuple[str, str]:
    """What DuckDB is asked: first all values and whether their row fits, then of those that don't each problem."""
    columns = contract.columns
    read = [f"nullif(\"{name}\", '') AS {text_of(name)}" for name in names]
    absent = [f"CAST(NULL AS VARCHAR) AS {text_of(name)}" for name in columns if name not in names]
    values = [f'{value_of(name, column.type)} AS "{name}"' for name, column in columns.items()]
    begin = (
        f"WITH read AS (SELECT {', '.join(read + absent)} FROM texts), "  # noqa: S608 - all of it is the contract's
        f"typed AS (SELECT *, {', '.join(values)} FROM read) "
    )
    own = ", ".join(f'"{name}"' for name in columns)
    wrong = " OR ".join(f"({applies})" for applies in applying) or "FALSE"
    each = ", ".join(f'coalesce({applies}, FALSE) AS "{number}"' for number, applies in enumerate(applying))
    return (
        f"{begin} SELECT {own}, NOT coalesce({wrong}, FALSE) AS {_FITS} FROM typed",  # noqa: S608
        f"{begin} SELECT {each or 'FALSE'} FROM typed",  # noqa: S608
    )
