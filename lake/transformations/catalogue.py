"""The gold tables: one file of Spark SQL each, what each is made of, and in which order they are made.

A table is called as its file. Its SQL names what it reads by bare names: a dataset, which is that dataset's silver
table, or another gold table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import duckdb
import sqlglot
from sqlglot import expressions

from lake.contract.reading import contracts
from lake.engines.session import silver
from lake.transformations.rendering import duckdb_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa


HOME: Final = Path(__file__).parent / "gold"
_COMMENT: Final = "-- "


@dataclass(frozen=True, slots=True)
class Transformation:
    """How a gold table is made.

    Attributes:
        name: the table's.
        about: what a row is, and whose question it answers.
        sql: one SELECT of Spark's SQL.
        inputs: the datasets and gold tables that it reads, in alphabetical order.
        columns: names and types of what comes out.
    """

    name: str
    about: str
    sql: str
    inputs: tuple[str, ...]
    columns: pa.Schema


@cache
def transformations(folder: Path = HOME) -> Mapping[str, Transformation]:
    """All gold tables of a folder by name, each behind those that it reads.

    Raises:
        KeyError: one reads what is neither a dataset nor a gold table.
        CycleError: some read each other.
        duckdb.Error: the SQL of one does not fit the columns of what it reads.
    """
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))}
    inputs = {name: inputs_of(sql) for name, sql in texts.items()}
    schemas = {dataset: silver(contract).schema for dataset, contract in contracts().items()}
    out = {}
    for name in TopologicalSorter(inputs).static_order():
        if name in texts:
            schemas[name] = _columns(texts[name], {each: schemas[each] for each in inputs[name]})
            out[name] = Transformation(name, _about(texts[name]), texts[name], inputs[name], schemas[name])
    return MappingProxyType(out)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Gold tables so that each stands behind those among them that it reads.

    Raises:
        KeyError: one is none.
    """
    wanted = {transformations()[name].name for name in names}
    return tuple(name for name in transformations() if name in wanted)


def depending_on(datasets: Iterable[str]) -> tuple[str, ...]:
    """The gold tables that are to be made anew when these datasets have changed, in order."""
    changed = set(datasets)
    out = []
    for name, made in transformations().items():
        if changed.intersection(made.inputs):
            changed.add(name)
            out.append(name)
    return tuple(out)


def inputs_of(sql: str) -> tuple[str, ...]:
    """The tables that a statement of Spark SQL reads, without those that it makes itself.

    >>> inputs_of("WITH days AS (SELECT * FROM trades) SELECT * FROM days JOIN prices ON prices.day = days.day")
    ('prices', 'trades')
    """
    tree = sqlglot.parse_one(sql, read="spark")
    own = {each.alias for each in tree.find_all(expressions.CTE)}
    return tuple(sorted({each.name for each in tree.find_all(expressions.Table)} - own))


def _about(sql: str) -> str:
    """The comment that a file begins with, in one line."""
    lines = sql.splitlines()
    count = next((number for number, line in enumerate(lines) if not line.startswith(_COMMENT)), len(lines))
    return " ".join(line.removeprefix(_COMMENT) for line in lines[:count])


def _columns(sql: str, inputs: Mapping[str, pa.Schema]) -> pa.Schema:
    """What comes out of a statement over tables without rows."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, schema in inputs.items():
            connection.register(name, schema.empty_table())
        return connection.sql(duckdb_sql(sql)).to_arrow_table().schema
