"""How personal each column of silver and gold is: in silver as contracts say, in gold as what flows into it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import expressions
from sqlglot.lineage import lineage

from lake.contract.contract import Pii
from lake.contract.reading import contracts
from lake.engines.session import silver as silver_table
from lake.transformations.catalogue import transformations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    from sqlglot.lineage import Node

_FROM_LEAST: Final = list(Pii)


def silver() -> dict[str, dict[str, Pii]]:
    """The contracts' columns that are personal at all, by dataset."""
    return {
        dataset: {name: column.pii for name, column in contract.columns.items() if column.pii is not Pii.NONE}
        for dataset, contract in contracts().items()
    }


def control() -> dict[str, dict[str, Pii]]:
    """The columns that are personal, of the tables that say how the lake fares.

    A row that was set aside is what nobody could read: whatever it has may stand there, and in what is said of it. A
    file may be called by a person's name.
    """
    aside = {"raw": Pii.DIRECT, "says": Pii.DIRECT}
    return {"accounts": {"file": Pii.DIRECT}, "quarantine": aside}


def gold() -> dict[str, dict[str, Pii]]:
    """The columns of gold tables that are personal, by table.

    A value that flows into a column of its own type may stand there as it is, so the column is as personal as the most
    personal of these. One that flows into another type was counted, or cut to a year.
    """
    schemas: dict[str, pa.Schema] = {dataset: silver_table(each).schema for dataset, each in contracts().items()}
    levels = silver()
    for name, made in transformations().items():
        levels[name] = {}
        inputs = {each: {field.name: "string" for field in schemas[each]} for each in made.inputs}
        for column in made.columns:
            sources = _sources(lineage(column.name, made.sql, schema=inputs, dialect="spark"))
            flowing = [
                levels[table].get(source, Pii.NONE)
                for table, source in sources
                if schemas[table].field(source).type == column.type
            ]
            most = max(flowing, key=_FROM_LEAST.index, default=Pii.NONE)
            if most is not Pii.NONE:
                levels[name][column.name] = most
        schemas[name] = made.columns
    return {name: levels[name] for name in transformations()}


def by_level(columns: Mapping[str, Pii]) -> dict[Pii, list[str]]:
    """Columns by how personal they are, the least first.

    >>> by_level({"name": Pii.DIRECT, "city": Pii.QUASI, "id": Pii.DIRECT})
    {<Pii.QUASI: 'quasi'>: ['city'], <Pii.DIRECT: 'direct'>: ['name', 'id']}
    """
    out = {level: [name for name, each in columns.items() if each is level] for level in Pii}
    return {level: names for level, names in out.items() if names}


def _sources(node: Node) -> Iterator[tuple[str, str]]:
    """The tables' columns that a column comes from."""
    if isinstance(node.source, expressions.Table):
        yield node.source.name, node.name.rpartition(".")[2]
    for each in node.downstream:
        yield from _sources(each)
